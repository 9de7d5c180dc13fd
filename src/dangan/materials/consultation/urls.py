"""Addresses of this room."""

from django.urls import URLPattern, path

from dangan.materials.consultation.views import (
    asking,
    avoiding,
    copying,
    providing,
    reading,
    register,
)

app_name = "consultation"
urlpatterns: list[URLPattern] = [
    path("archive/consultations/", register.listing, name="register"),
    path("archive/consultations/mine/", register.mine, name="mine"),
    path("archive/consultations/register.pdf", register.printed, name="register_pdf"),
    path("archive/consultations/new/", asking.new, name="new"),
    path("archive/consultations/<uuid:consultation>/", register.one, name="one"),
    path("archive/consultations/<uuid:consultation>/edit/", asking.edit, name="edit"),
    path("archive/consultations/<uuid:consultation>/form.pdf", register.form_pdf, name="form_pdf"),
    path("archive/consultations/<uuid:consultation>/log/", register.log, name="log"),
    path("archive/consultations/<uuid:consultation>/end/", register.end, name="end"),
    path("archive/consultations/<uuid:consultation>/note/", register.note, name="note"),
    path(
        "archive/consultations/<uuid:consultation>/admit/<uuid:seat>/", register.admit, name="admit"
    ),
    path("archive/uses/<uuid:use>/letters/<uuid:file>/", register.letter, name="letter"),
    path("archive/uses/<uuid:use>/letters/<uuid:file>/<int:number>/", register.sheet, name="sheet"),
    path("archive/reading/", reading.listing, name="readings"),
    path("archive/reading/<uuid:consultation>/", reading.session, name="session"),
    path("archive/reading/<uuid:consultation>/state/", reading.state, name="state"),
    path("archive/reading/<uuid:consultation>/arrive/", reading.arrive, name="arrive"),
    path("archive/reading/<uuid:consultation>/open/", reading.opening, name="open"),
    path("archive/volumes/<uuid:volume>/time-left/", reading.left, name="left"),
    path("archive/copying/", copying.listing, name="copyings"),
    path("archive/volumes/<uuid:volume>/copying/new/", copying.new, name="new_copying"),
    path("archive/copying/<uuid:copying>/", copying.one, name="copying"),
    path("archive/copying/<uuid:copying>/take/", copying.take, name="take_copy"),
    path("archive/copying/<uuid:copying>/paper/", copying.paper, name="paper_copy"),
    path("archive/provisions/", providing.listing, name="provisions"),
    path("archive/provisions/register.pdf", providing.printed, name="provisions_pdf"),
    path("archive/provisions/new/", providing.new, name="new_provision"),
    path("archive/provisions/<uuid:provision>/", providing.one, name="provision"),
    path("archive/provisions/<uuid:provision>/form.pdf", providing.form_pdf, name="provision_pdf"),
    path("archive/provisions/<uuid:provision>/provided/", providing.provided, name="provided"),
    path("archive/avoidance/", avoiding.clearing, name="avoidance"),
]
