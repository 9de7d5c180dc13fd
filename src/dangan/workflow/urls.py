from django.urls import URLPattern, URLResolver, path

from dangan.workflow.views import boxes, case, deeds, definitions, deputies, editing, files, talk

app_name = "workflow"
urlpatterns: list[URLPattern | URLResolver] = [
    path("flows/", boxes.todo, name="todo"),
    path("flows/done/", boxes.done, name="done"),
    path("flows/started/", boxes.started, name="started"),
    path("flows/copied/", boxes.copied, name="copied"),
    path("flows/agree/", boxes.confirm_many, name="agree_many"),
    path("flows/agree/done/", boxes.agree_many, name="agreed_many"),
    path("flows/people/", deeds.people, name="people"),
    path("flows/deputies/", deputies.deputies, name="deputies"),
    path("flows/deputies/<uuid:deputy>/end/", deputies.end, name="deputy_end"),
    path("flows/definitions/", definitions.listing, name="definitions"),
    path("flows/definitions/new/", editing.new, name="definition_new"),
    path("flows/definitions/<slug:key>/", definitions.one, name="definition"),
    path("flows/definitions/<slug:key>/compare/", definitions.compare, name="definition_compare"),
    path("flows/definitions/<slug:key>/try/", definitions.dry_run, name="definition_try"),
    path("flows/definitions/<slug:key>/serve/", definitions.serve, name="definition_serve"),
    path(
        "flows/definitions/<slug:key>/withdraw/", definitions.withdraw, name="definition_withdraw"
    ),
    path("flows/definitions/<slug:key>/edit/", editing.edit, name="definition_edit"),
    path("flows/definitions/<slug:key>/change/", editing.change, name="definition_change"),
    path("flows/definitions/<slug:key>/save/", editing.save, name="definition_save"),
    path("flows/<uuid:case>/", case.case, name="case"),
    path("flows/<uuid:case>/print/", case.printed, name="print"),
    path("flows/<uuid:case>/comment/", talk.comment, name="comment"),
    path("flows/<uuid:case>/fill/<slug:step>/", deeds.fill, name="fill"),
    path("flows/<uuid:case>/files/<uuid:file>/", files.look, name="file"),
    path("flows/<uuid:case>/files/<uuid:file>/download/", files.download, name="file_download"),
    path("flows/<uuid:case>/files/<uuid:file>/page/<int:number>/", files.sheet, name="file_page"),
    path("flows/<uuid:case>/<slug:verb>/", deeds.deed, name="deed"),
]
