"""Addresses of this room."""

from django.urls import path

from dangan.materials.catalogue.views import suggest

app_name = "catalogue"
urlpatterns = [
    path("archive/volumes/suggest/<slug:asks>/", suggest.suggest, name="suggest"),
]
