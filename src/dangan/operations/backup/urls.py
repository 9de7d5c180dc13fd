"""Addresses of this room."""

from django.urls import path, re_path

from dangan.operations.backup import views

app_name = "backup"
urlpatterns = [
    path("backups/", views.listing, name="list"),
    path("backups/now/", views.begin, name="begin"),
    re_path(
        r"^backups/proofs/(?P<proof>[0-9a-f-]{36})/report\.(?P<form>json|pdf)$",
        views.report,
        name="report",
    ),
]
