from django.urls import URLPattern, URLResolver

app_name = "backup"
urlpatterns: list[URLPattern | URLResolver] = []
