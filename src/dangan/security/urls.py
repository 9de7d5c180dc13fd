"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from dangan.security.views import alarms, budgets, canaries, overview, reports

app_name = "security"
urlpatterns: list[URLPattern | URLResolver] = [
    path("security/", overview.home, name="home"),
    path("security/checks/", overview.checks, name="checks"),
    path("security/alarms/", alarms.register, name="alarms"),
    path("security/alarms/<uuid:alarm>/", alarms.one, name="alarm"),
    path("security/alarms/<uuid:alarm>/take/", alarms.take, name="take"),
    path("security/alarms/<uuid:alarm>/close/", alarms.close, name="close"),
    path("security/budgets/", budgets.register, name="budgets"),
    path("security/budgets/<slug:role>/", budgets.change, name="budget"),
    path("security/budgets/*/", budgets.change, {"role": "*"}, name="budget"),
    path("security/extension/", budgets.extension, name="extension"),
    path("security/extensions/", budgets.waiting, name="extensions"),
    path("security/extensions/<uuid:extension>/", budgets.decide, name="decide"),
    path("security/canaries/", canaries.register, name="canaries"),
    path("security/canaries/<uuid:canary>/", canaries.one, name="canary"),
    path("security/reports/", reports.register, name="reports"),
    path("security/reports/make/", reports.make, name="make"),
    path("security/reports/<uuid:report>/", reports.printed, name="report"),
]
