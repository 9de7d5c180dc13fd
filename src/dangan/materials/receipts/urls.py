"""Addresses of receipts, gaps and requests."""

from django.urls import path

from dangan.materials.receipts.views import chasing, receiving, watching

app_name = "receipts"
urlpatterns = [
    path("archive/receipts/", receiving.receipts, name="receipts"),
    path("archive/receipts/new/", receiving.receive, name="receive"),
    path("archive/receipts/expected/", watching.expected, name="expected"),
    path("archive/receipts/expected/<int:expected>/", watching.no_paper, name="no_paper"),
    path("archive/receipts/<int:receipt>/", receiving.receipt, name="receipt"),
    path("archive/receipts/<int:receipt>/aside/", receiving.leave, {"deed": "aside"}, "put_aside"),
    path("archive/receipts/<int:receipt>/back/", receiving.leave, {"deed": "back"}, "send_back"),
    path("archive/volumes/<uuid:volume>/gaps/", chasing.gaps, name="gaps"),
    path("archive/volumes/<uuid:volume>/gaps/waive/", chasing.waive, name="waive"),
    path("archive/chases/", chasing.chases, name="chases"),
    path("archive/chases/<int:chase>/", chasing.chase, name="chase"),
    path("archive/chases/<int:chase>/<int:wanted>/answer/", chasing.answer, name="answer"),
    path("archive/chases/<int:chase>/settle/", chasing.settle, name="settle"),
    path("archive/chases/<int:chase>/notice/", chasing.notice, name="notice"),
]
