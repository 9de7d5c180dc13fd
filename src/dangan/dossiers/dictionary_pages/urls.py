from django.urls import URLPattern, URLResolver, path

from dangan.dossiers.dictionary_pages.views import editing, history, sets, tables

app_name = "dictionary"
urlpatterns: list[URLPattern | URLResolver] = [
    path("dictionary/", sets.overview, name="sets"),
    path("dictionary/new-set/", editing.new_set, name="new_set"),
    path("dictionary/sets/<slug:key>/", sets.one_set, name="set"),
    path("dictionary/sets/<slug:key>/new-field/", editing.new_field, name="new_field"),
    path("dictionary/sets/<slug:key>/use/", editing.use_set, name="use_set"),
    path("dictionary/sets/<slug:key>/<slug:field>/", editing.field, name="field"),
    path("dictionary/sets/<slug:key>/<slug:field>/use/", editing.use_field, name="use_field"),
    path("dictionary/tables/", tables.tables, name="tables"),
    path("dictionary/tables/new-table/", tables.new_table, name="new_table"),
    path("dictionary/tables/<slug:key>/", tables.table, name="table"),
    path("dictionary/history/", history.history, name="history"),
    path("dictionary/history/<int:number>/", history.revision, name="revision"),
]
