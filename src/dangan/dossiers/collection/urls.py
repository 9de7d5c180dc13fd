from django.urls import URLPattern, URLResolver, path

from dangan.dossiers.collection.views import deciding, filling, managing

app_name = "collection"
urlpatterns: list[URLPattern | URLResolver] = [
    path("collection/", managing.forms, name="list"),
    path("collection/new/", managing.invite, name="invite"),
    path("collection/<uuid:invitation>/", deciding.form, name="form"),
    path("collection/<uuid:invitation>/link/", managing.reissue, name="reissue"),
    path("collection/<uuid:invitation>/revoke/", managing.revoke, name="revoke"),
    path("collection/<uuid:invitation>/return/", deciding.give_back, name="return"),
    path("collection/<uuid:invitation>/confirm/", deciding.confirm, name="confirm"),
    path("collection/<uuid:invitation>/papers/<uuid:file>/", deciding.paper, name="paper"),
    # The newcomer's: the cookie's path is that of the first of these.
    path("collect/", filling.start, name="start"),
    path("collect/open/", filling.open_form, name="open"),
    path("collect/notice/", filling.notice, name="notice"),
    path("collect/form/", filling.overview, name="overview"),
    path("collect/photo/", filling.photo, name="photo"),
    path("collect/submit/", filling.submit, name="submit"),
    path("collect/done/", filling.done, name="done"),
    path("collect/leave/", filling.leave, name="leave"),
    path("collect/papers/<uuid:file>/", filling.paper, name="own-paper"),
    path("collect/papers/<uuid:file>/drop/", filling.drop_paper, name="drop-paper"),
    path("collect/form/<slug:info_set>/", filling.section, name="section"),
    path("collect/form/<slug:info_set>/add/", filling.row, name="add"),
    path("collect/form/<slug:info_set>/<uuid:row>/", filling.row, name="row"),
    path("collect/form/<slug:info_set>/<uuid:row>/drop/", filling.drop, name="drop"),
    path("collect/form/<slug:info_set>/<uuid:row>/papers/", filling.add_paper, name="add-paper"),
]
