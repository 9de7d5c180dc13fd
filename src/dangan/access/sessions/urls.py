from django.urls import URLPattern, URLResolver, path

from dangan.access.sessions import network_views, views

app_name = "sessions_devices"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sessions/", views.listing, name="sessions"),
    path("sessions/others/end/", views.end_others, name="end_others"),
    path("sessions/<uuid:session>/end/", views.end, name="end"),
    path("accounts/<uuid:account>/sessions/", views.of_account, name="of_account"),
    path("accounts/<uuid:account>/sessions/end/", views.end_all, name="end_all"),
    path("networks/", network_views.listing, name="networks"),
    path("networks/ask/", network_views.ask, name="ask_networks"),
]
