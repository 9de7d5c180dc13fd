from django.urls import URLPattern, URLResolver, path

from dangan.reports import views

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("statistics/", views.show, name="statistics"),
]
