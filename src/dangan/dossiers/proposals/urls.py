from django.urls import URLPattern, URLResolver, path

from dangan.dossiers.proposals.views import files, own, routes, row

app_name = "proposals"
urlpatterns: list[URLPattern | URLResolver] = [
    path("changes/routes/", routes.listing, name="routes"),
    path("changes/routes/save/", routes.save, name="routes_save"),
    path("changes/<uuid:proposal>/", own.proposal, name="proposal"),
    path("changes/<uuid:proposal>/submit/", own.submit, name="submit"),
    path("changes/<uuid:proposal>/withdraw/", own.withdraw, name="withdraw"),
    path("changes/<uuid:proposal>/reopen/", own.reopen, name="reopen"),
    path("changes/<uuid:proposal>/discard/", own.discard, name="discard"),
    path("changes/<uuid:proposal>/rows/<uuid:row>/", row.row, name="row"),
    path("changes/<uuid:proposal>/rows/<uuid:row>/drop/", own.drop, name="drop"),
    path("changes/<uuid:proposal>/rows/<uuid:row>/attach/", own.attach, name="attach"),
    path(
        "changes/<uuid:proposal>/rows/<uuid:row>/files/<uuid:file>/detach/",
        own.detach,
        name="detach",
    ),
    path("changes/<uuid:proposal>/files/<uuid:file>/", files.look, name="file"),
    path(
        "changes/<uuid:proposal>/files/<uuid:file>/download/", files.download, name="file_download"
    ),
    path(
        "changes/<uuid:proposal>/files/<uuid:file>/page/<int:number>/",
        files.sheet,
        name="file_page",
    ),
]
