from django.urls import URLPattern, URLResolver, path

from dangan.security.views import alarms

app_name = "security"
urlpatterns: list[URLPattern | URLResolver] = [
    path("security/alarms/<uuid:alarm>/", alarms.one, name="alarm"),
]
