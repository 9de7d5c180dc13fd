"""Addresses of scans."""

from django.urls import path

from dangan.materials.scans.views import arranging, arriving, exporting, viewing

app_name = "scans"
urlpatterns = [
    path("archive/materials/<uuid:material>/view/", viewing.view, name="view"),
    path("archive/materials/<uuid:material>/print/", viewing.printed, name="print"),
    path("archive/materials/<uuid:material>/pages/", arranging.pages, name="pages"),
    path("archive/materials/<uuid:material>/pages/add/", arranging.add, name="add"),
    path("archive/materials/<uuid:material>/pages/order/", arranging.reorder, name="reorder"),
    path("archive/materials/<uuid:material>/pages/split/", arranging.split, name="split"),
    path("archive/materials/<uuid:material>/pages/merge/", arranging.merge, name="merge"),
    path("archive/materials/<uuid:material>/pages/move/", arranging.move, name="move"),
    path("archive/pages/<uuid:page>/image/", viewing.image, name="image"),
    path("archive/pages/<uuid:page>/file/", viewing.download, name="download"),
    path("archive/pages/<uuid:page>/replace/", arranging.replace, name="replace"),
    *(
        path(f"archive/pages/<uuid:page>/{verb}/", arranging.deed, {"verb": verb}, name=verb)
        for verb in ("left", "right", "accept", "remove", "restore")
    ),
    path("archive/volumes/<uuid:volume>/upload/", arriving.upload, name="upload"),
    path("archive/volumes/<uuid:volume>/upload/files/", arriving.receive, name="receive"),
    path("archive/volumes/<uuid:volume>/upload/place/", arriving.place, name="place"),
    path(
        "archive/volumes/<uuid:volume>/export/pdf/", exporting.export, {"form": "pdf"}, "export_pdf"
    ),
    path(
        "archive/volumes/<uuid:volume>/export/copy/",
        exporting.export,
        {"form": "copy"},
        "export_copy",
    ),
    path(
        "archive/volumes/<uuid:volume>/export/tree/",
        exporting.export,
        {"form": "tree"},
        "export_tree",
    ),
]
