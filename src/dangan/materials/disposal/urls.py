"""Addresses of this room."""

from django.urls import URLPattern, path

from dangan.materials.disposal.views import due, holding, lists, papers, schedule

app_name = "disposal"
urlpatterns: list[URLPattern] = [
    path("archive/disposal/", due.home, name="home"),
    path("archive/disposal/draft/", due.draft, name="draft"),
    path("archive/disposal/restrict/", due.restrict, name="restrict"),
    path("archive/disposal/restricted/", due.restricted, name="restricted"),
    path("archive/disposal/restricted/<uuid:subject>/lift/", due.lift, name="lift_restriction"),
    path("archive/disposal/schedule/", schedule.schedule, name="schedule"),
    path("archive/disposal/holds/", holding.holds, name="holds"),
    path("archive/disposal/holds/<uuid:hold>/lift/", holding.lift, name="lift_hold"),
    path("archive/disposal/lists/", lists.lists, name="lists"),
    path("archive/disposal/ledger/", lists.ledger, name="ledger"),
    path("archive/disposal/lists/<uuid:list_>/", lists.one, name="list"),
    path("archive/disposal/lists/<uuid:list_>/opinions/", lists.opinions, name="opinions"),
    path("archive/disposal/lists/<uuid:list_>/submit/", lists.submit, name="submit"),
    path("archive/disposal/lists/<uuid:list_>/discard/", lists.discard, name="discard"),
    path("archive/disposal/lists/<uuid:list_>/witness/", lists.witness, name="witness"),
    path("archive/disposal/lists/<uuid:list_>/execute/", lists.execute, name="execute"),
    path("archive/disposal/lists/<uuid:list_>/print/<slug:paper>/", papers.paper, name="paper"),
]
