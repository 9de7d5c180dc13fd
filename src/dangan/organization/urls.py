from django.urls import URLPattern, URLResolver, path

from dangan.organization import views
from dangan.organization.calendar import views as calendar_views

app_name = "organization"
urlpatterns: list[URLPattern | URLResolver] = [
    path("organization/", views.chart, name="chart"),
    path("organization/new/", views.create_root, name="create_root"),
    path("organization/load/", views.load, name="load"),
    path("organization/<uuid:unit>/", views.unit, name="unit"),
    path("organization/<uuid:unit>/new/", views.create, name="create"),
    path("organization/<uuid:unit>/rename/", views.rename, name="rename"),
    path("organization/<uuid:unit>/move/", views.move, name="move"),
    path("organization/<uuid:unit>/head/", views.head, name="head"),
    path("organization/<uuid:unit>/vacate/", views.vacate, name="vacate"),
    path("organization/<uuid:unit>/close/", views.close, name="close"),
    path("calendar/", calendar_views.year, name="calendar"),
    path("calendar/import/", calendar_views.load, name="calendar_import"),
]
