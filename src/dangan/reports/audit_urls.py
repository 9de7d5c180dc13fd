"""The log's pages: they name people and fields, so they stand above the log's own room."""

from django.urls import URLPattern, URLResolver, path

from dangan.reports.audit_log import views

app_name = "audit"
urlpatterns: list[URLPattern | URLResolver] = [
    path("audit/", views.search, name="search"),
    path("audit/export/", views.export, name="export"),
    path("audit/checkpoint/", views.checkpoint, name="checkpoint"),
    path("audit/person/", views.person, name="person"),
    path("audit/event/<int:number>/", views.event, name="event"),
    path("audit/event/<int:number>/proof/", views.proof, name="proof"),
]
