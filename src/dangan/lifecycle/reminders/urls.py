from django.urls import URLPattern, path

from dangan.lifecycle.reminders import views

app_name = "reminders"
urlpatterns: list[URLPattern] = [
    path("reminders/", views.reminders, name="list"),
    path("reminders/settings/", views.settings, name="settings"),
]
