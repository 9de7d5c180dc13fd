"""Addresses of loans."""

from django.urls import URLPattern, path

from dangan.materials.loans.views import one, register

app_name = "loans"
urlpatterns: list[URLPattern] = [
    path("archive/loans/", register.register, name="register"),
    path("archive/loans/mine/", register.mine, name="mine"),
    path("archive/loans/new/", register.ask, name="ask"),
    path("archive/loans/of/<uuid:volume>/", register.of_volume, name="of"),
    path("archive/loans/requests/<uuid:wish>/", register.resubmit, name="resubmit"),
    path("archive/loans/<uuid:loan>/", one.loan, name="loan"),
    path("archive/loans/<uuid:loan>/sign/", one.sign, name="sign"),
    path("archive/loans/<uuid:loan>/lend/", one.lend, name="lend"),
    path("archive/loans/<uuid:loan>/return/", one.take_back, name="return"),
    path("archive/loans/<uuid:loan>/lost/", one.lost, name="lost"),
    path("archive/loans/<uuid:loan>/extend/", one.extend, name="extend"),
    path("archive/loans/<uuid:loan>/decide/", one.decide, name="decide"),
    path("archive/loans/<uuid:loan>/cancel/", one.cancel, name="cancel"),
    path("archive/loans/<uuid:loan>/settle/<int:check>/", one.settle, name="settle"),
    path("archive/loans/<uuid:loan>/papers/<slug:kind>/", one.paper, name="paper"),
]
