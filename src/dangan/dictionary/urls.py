from django.urls import URLPattern, URLResolver

app_name = "dictionary"
urlpatterns: list[URLPattern | URLResolver] = []
