from django.urls import URLPattern, path

from dangan.notices import views

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("notices/", views.notices, name="list"),
    path("notices/count/", views.count, name="count"),
    path("notices/panel/", views.panel, name="panel"),
    path("notices/read/", views.read, name="read"),
    path("notices/settings/", views.settings, name="settings"),
    path("notices/channels/", views.channels, name="channels"),
    path("notices/channels/mail/test/", views.test_mail, name="test_mail"),
    path("notices/channels/retry/", views.retry, name="retry"),
    path("notices/channels/robots/new/", views.add_robot, name="add_robot"),
    path("notices/channels/robots/<uuid:robot>/", views.edit_robot, name="edit_robot"),
    path("notices/channels/robots/<uuid:robot>/test/", views.test_robot, name="test_robot"),
    path("notices/channels/robots/<uuid:robot>/switch/", views.switch_robot, name="switch_robot"),
    path("notices/<uuid:notice>/", views.follow, name="follow"),
]
