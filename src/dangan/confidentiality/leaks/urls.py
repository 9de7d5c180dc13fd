"""Addresses of this room."""

from django.urls import path

from dangan.confidentiality.leaks import views

app_name = "leaks"
urlpatterns = [
    path("leaks/", views.register, name="register"),
    path("leaks/report/", views.report, name="report"),
    path("leaks/<uuid:leak>/", views.one, name="one"),
    path("leaks/<uuid:leak>/paper/", views.printed, name="printed"),
    path("leaks/<uuid:leak>/files/<uuid:file>/", views.paper, name="paper"),
    path("leaks/<uuid:leak>/measures/<int:number>/", views.finish, name="finish"),
]
