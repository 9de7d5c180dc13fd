"""Addresses of this room."""

from django.urls import path

from dangan.materials.reading.views import reading, searching

app_name = "reading"
urlpatterns = [
    path("archive/search/", searching.search, name="search"),
    path("archive/search/rest/", searching.rest, name="rest"),
    path("archive/materials/<uuid:material>/reading/", reading.reading, name="reading"),
    path("archive/materials/<uuid:material>/reading/propose/", reading.propose, name="propose"),
    path("archive/materials/<uuid:material>/reading/again/", reading.again, name="again"),
]
