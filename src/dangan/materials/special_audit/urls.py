"""Addresses of special audits."""

from django.urls import path

from dangan.materials.special_audit import views

app_name = "special_audit"
urlpatterns = [
    path("archive/special-audits/", views.due, name="due"),
    path("archive/special-audits/<int:audit>/", views.audit, name="audit"),
    path("archive/special-audits/<int:audit>/conclusion/", views.conclusion, name="conclusion"),
    *(
        path(f"archive/special-audits/<int:audit>/{deed}/", views.decide, {"deed": deed}, deed)
        for deed in ("examine", "confirm", "send_back", "cancel")
    ),
    path("archive/special-audits/<int:audit>/items/<slug:item>/", views.enter, name="enter"),
    path("archive/volumes/<uuid:volume>/special-audits/", views.volume, name="volume"),
    path("archive/volumes/<uuid:volume>/special-audits/begin/", views.begin, name="begin"),
]
