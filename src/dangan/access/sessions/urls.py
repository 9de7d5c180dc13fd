from django.urls import URLPattern, URLResolver

app_name = "sessions_devices"
urlpatterns: list[URLPattern | URLResolver] = []
