from django.urls import URLPattern, path

from dangan.lifecycle import views

app_name = "lifecycle"
urlpatterns: list[URLPattern] = [
    path("movements/", views.movements, name="movements"),
    path("movements/duties/", views.duties, name="duties"),
    path("movements/duties/<int:item>/", views.sign, name="sign"),
    path("movements/start/", views.choose, name="choose"),
    path("movements/start/<slug:kind>/<uuid:subject>/", views.start, name="start"),
    path("movements/own/", views.own, name="own"),
    path("movements/own/<slug:kind>/", views.own_start, name="own_start"),
    path("movements/<uuid:movement>/", views.movement, name="movement"),
    path("movements/<uuid:movement>/edit/", views.edit, name="edit"),
    path("movements/<uuid:movement>/papers/<slug:key>/", views.paper, name="paper"),
]
