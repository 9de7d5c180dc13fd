from django.urls import URLPattern, path

app_name = "collection"
urlpatterns: list[URLPattern] = []
