from django.urls import URLPattern, URLResolver, path

from dangan.config.browser import REPORTS
from dangan.ui import views, violations
from dangan.ui.requirements import page

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [
    path("help/", page(None, login_only=True)(views.help_page), name="help"),
    path("language/", page(None, public=True)(views.set_language), name="language"),
    path(REPORTS.lstrip("/"), page(None, public=True)(violations.violation), name="violation"),
]
