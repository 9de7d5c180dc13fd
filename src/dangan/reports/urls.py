from django.urls import URLPattern, URLResolver, path

from dangan.reports import holdings_views, views

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("statistics/", views.show, name="statistics"),
    path("archive/holdings/", holdings_views.show, name="holdings"),
    path("archive/holdings/report/", holdings_views.report, name="holdings_report"),
]
