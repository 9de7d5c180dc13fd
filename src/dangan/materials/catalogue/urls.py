"""Addresses of this room."""

from django.urls import path

from dangan.materials.catalogue.views import keeping, lines, lists, settings, suggest, volume

app_name = "catalogue"
urlpatterns = [
    path("archive/", lists.listing, name="volumes"),
    path("archive/volumes/open/", lists.open_volume, name="open"),
    path("archive/volumes/suggest/<slug:asks>/", suggest.suggest, name="suggest"),
    path("archive/volumes/<uuid:volume>/", volume.volume, name="volume"),
    path("archive/volumes/<uuid:volume>/edit/", keeping.edit, name="edit_volume"),
    path("archive/volumes/<uuid:volume>/mark/", keeping.mark, name="mark_volume"),
    path("archive/volumes/<uuid:volume>/readers/", keeping.readers, name="readers"),
    path("archive/readers/<uuid:reader>/end/", keeping.end_reader, name="end_reader"),
    path("archive/volumes/<uuid:volume>/copy/", keeping.copy, name="copy"),
    path("archive/volumes/<uuid:volume>/sync/", keeping.sync, name="sync"),
    path("archive/volumes/<uuid:volume>/numbers/", keeping.numbers, name="numbers"),
    path("archive/volumes/<uuid:volume>/renumber/", keeping.renumber, name="renumber"),
    path("archive/volumes/<uuid:volume>/numbers.pdf", keeping.numbers_print, name="numbers_pdf"),
    path(
        "archive/volumes/<uuid:volume>/catalogue-<slug:layout>.pdf",
        keeping.catalogue_print,
        name="pdf",
    ),
    path("archive/volumes/<uuid:volume>/file/", lines.file, name="file"),
    path("archive/volumes/<uuid:volume>/preview/", lines.preview_line, name="preview"),
    path("archive/volumes/<uuid:volume>/removed/", lines.removed, name="removed"),
    path("archive/materials/<uuid:material>/", volume.material, name="material"),
    path("archive/materials/<uuid:material>/edit/", lines.edit, name="edit"),
    path("archive/materials/<uuid:material>/place/", lines.place, name="place"),
    path("archive/materials/<uuid:material>/remove/", lines.remove, name="remove"),
    path("archive/materials/<uuid:material>/restore/", lines.restore, name="restore"),
    path("archive/materials/<uuid:material>/mark/", lines.mark, name="mark"),
    path("archive/materials/<uuid:material>/history/", lines.history_page, name="history"),
    path("archive/people/<uuid:subject>/", lists.of_person, name="of_person"),
    path("archive/copies/", lists.copies, name="copies"),
    path("archive/settings/", settings.settings, name="settings"),
    path("archive/settings/fonds/", settings.open_fonds, name="open_fonds"),
    path("archive/settings/fonds/<uuid:fonds>/", settings.change_fonds, name="fonds"),
]
