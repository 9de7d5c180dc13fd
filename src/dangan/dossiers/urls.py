from django.urls import URLPattern, URLResolver, path

from dangan.dossiers.self_service.views import info
from dangan.dossiers.views import (
    create,
    desk,
    dossier,
    edit,
    history,
    people,
    photo,
    problems,
)
from dangan.dossiers.views import reveal as reveal_page
from dangan.dossiers.views import state as state_page

app_name = "dossiers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.desk, name="desk"),
    path("desk/<slug:key>/", desk.panel, name="panel"),
    path("me/", info.me, name="me"),
    path("people/new/", create.create, name="create"),
    path("people/pick/", people.pick, name="pick"),
    path("people/<uuid:subject>/", dossier.dossier, name="dossier"),
    path("people/<uuid:subject>/looks/", dossier.looks, name="looks"),
    path("people/<uuid:subject>/state/", state_page.state, name="state"),
    path("people/<uuid:subject>/portrait/<uuid:picture>/", dossier.portrait, name="portrait"),
    path("people/<uuid:subject>/photo/", photo.photo, name="photo"),
    path("people/<uuid:subject>/history/", history.history, name="history"),
    path("people/<uuid:subject>/history/<uuid:row>/", history.compare, name="compare"),
    path("people/<uuid:subject>/<slug:info_set>/add/", edit.edit, name="add"),
    path("people/<uuid:subject>/<slug:info_set>/<uuid:row>/edit/", edit.edit, name="edit"),
    path("people/<uuid:subject>/<slug:info_set>/<uuid:row>/delete/", edit.delete, name="delete"),
    path(
        "people/<uuid:subject>/<slug:info_set>/<uuid:row>/<slug:field>/reveal/",
        reveal_page.reveal,
        name="reveal",
    ),
    path("problems/", problems.problems, name="problems"),
    path("problems/scan/", problems.scan, name="scan"),
    path("problems/<int:number>/", problems.problem, name="problem"),
]
