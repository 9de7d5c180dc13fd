from django.urls import URLPattern, URLResolver, path

from dangan.operations.health import views

app_name = "health"
urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("metrics", views.metrics_page, name="metrics"),
]
