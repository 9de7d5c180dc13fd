from django.urls import URLPattern, URLResolver, path

from dangan.dossiers.self_service.views import copying, info, looks, portrait, requests, rows

app_name = "self"
urlpatterns: list[URLPattern | URLResolver] = [
    path("me/edit/", info.edit, name="edit"),
    path("me/submit/", info.submit, name="submit"),
    path("me/restore/", info.restore, name="restore"),
    path("me/portrait/", portrait.portrait, name="portrait"),
    path("me/requests/", requests.requests, name="requests"),
    path("me/requests/send/", requests.send_all, name="send"),
    path("me/requests/<uuid:proposal>/withdraw/", requests.take_back, name="withdraw"),
    path("me/requests/<uuid:proposal>/reopen/", requests.reopen, name="reopen"),
    path("me/requests/<uuid:proposal>/discard/", requests.discard, name="discard"),
    path("me/looks/", looks.looks, name="looks"),
    path("me/copy/", copying.copy, name="copy"),
    path("me/sets/<slug:info_set>/", rows.rows, name="rows"),
    path("me/sets/<slug:info_set>/add/", rows.row, name="add"),
    path("me/sets/<slug:info_set>/<uuid:row>/", rows.row, name="row"),
    path("me/sets/<slug:info_set>/<uuid:row>/delete/", rows.delete, name="delete"),
    path("me/sets/<slug:info_set>/<uuid:row>/undo/", info.undo, name="undo"),
    path("me/sets/<slug:info_set>/<uuid:row>/proofs/", rows.attach, name="attach"),
    path("me/sets/<slug:info_set>/<uuid:row>/proofs/<uuid:file>/", rows.proof, name="proof"),
    path("me/sets/<slug:info_set>/<uuid:row>/proofs/<uuid:file>/drop/", rows.detach, name="detach"),
]
