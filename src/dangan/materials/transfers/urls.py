"""Addresses of transfers and custody."""

from django.urls import URLPattern, path

from dangan.materials.transfers.views import arriving, custody, sending

app_name = "transfers"
_SLIP = "archive/transfers/<uuid:transfer>/"
_IN = "archive/arrivals/<uuid:arrival>/"
_HAND = "archive/handovers/<uuid:handover>/"
urlpatterns: list[URLPattern] = [
    path("archive/transfers/", sending.register, name="register"),
    path("archive/transfers/register.pdf", sending.register_pdf, name="register_pdf"),
    path("archive/transfers/departed/", sending.departed, name="departed"),
    path("archive/transfers/new/", sending.ask, name="ask"),
    path(_SLIP, sending.slip, name="slip"),
    path(f"{_SLIP}send/", sending.send, name="send"),
    path(f"{_SLIP}receipt/", sending.receipt, name="receipt"),
    path(f"{_SLIP}receipt/scan/", sending.scan, name="scan"),
    path(f"{_SLIP}cancel/", sending.cancel, name="cancel"),
    path(f"{_SLIP}chase/", sending.chase, name="chase"),
    path(f"{_SLIP}papers/<slug:kind>/", sending.paper, name="paper"),
    path("archive/arrivals/", arriving.arrivals, name="arrivals"),
    path("archive/arrivals/new/", arriving.arrive, name="arrive"),
    path(_IN, arriving.arrival, name="arrival"),
    path(f"{_IN}decide/", arriving.decide, name="decide"),
    path(f"{_IN}link/<int:line>/", arriving.link, name="link"),
    path(f"{_IN}papers/<slug:kind>/", arriving.paper, name="arrival_paper"),
    path("archive/handovers/", custody.handovers, name="handovers"),
    path("archive/handovers/new/", custody.begin, name="begin"),
    path(_HAND, custody.handover, name="handover"),
    path(f"{_HAND}lines/<int:line>/", custody.count, name="count"),
    path(f"{_HAND}finish/", custody.finish, name="finish"),
    path(f"{_HAND}sign/", custody.sign, name="sign"),
    path(f"{_HAND}cancel/", custody.cancel, name="cancel_handover"),
    path(f"{_HAND}list.pdf", custody.paper, name="handover_paper"),
]
