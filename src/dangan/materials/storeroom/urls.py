"""Addresses of the storeroom."""

from django.urls import path

from dangan.materials.storeroom.views import air, checking, counting, labels, phone, rooms

app_name = "storeroom"
urlpatterns = [
    path("archive/storeroom/", rooms.overview, name="overview"),
    path("archive/storeroom/add/", rooms.add, name="add_room"),
    path("archive/storeroom/report/", rooms.report, name="report"),
    path("archive/storeroom/places/<uuid:place>/", rooms.place, name="place"),
    path("archive/storeroom/places/<uuid:place>/add/", rooms.add, name="add"),
    path("archive/storeroom/places/<uuid:place>/edit/", rooms.edit, name="edit"),
    path("archive/storeroom/places/<uuid:place>/close/", rooms.close, name="close"),
    path("archive/storeroom/places/<uuid:place>/open/", rooms.reopen, name="reopen"),
    path("archive/storeroom/places/<uuid:place>/shelve/", rooms.shelve, name="shelve"),
    path("archive/storeroom/places/<uuid:place>/move/", rooms.move_place, name="move_place"),
    path("archive/storeroom/places/<uuid:place>/chosen/", rooms.chosen, name="chosen"),
    path("archive/storeroom/places/<uuid:place>/check/", checking.place, name="check_place"),
    path("archive/volumes/<uuid:volume>/moves/", rooms.moves, name="moves"),
    path("archive/volumes/<uuid:volume>/check/", checking.volume, name="check_volume"),
    path("archive/storeroom/labels/", labels.labels, name="labels"),
    path("archive/storeroom/labels/setup/", labels.setup, name="label_setup"),
    path("archive/storeroom/labels/print/", labels.print_sheet, name="print_labels"),
    path("archive/storeroom/labels/replace/", labels.replace, name="replace_label"),
    path("archive/storeroom/air/", air.rooms, name="air"),
    path("archive/storeroom/air/<uuid:room>/", air.room, name="room_air"),
    path("archive/storeroom/air/<uuid:room>/import/", air.take_in, name="air_import"),
    path("archive/storeroom/air/readings/<uuid:reading>/", air.measures, name="air_measures"),
    path("archive/scan/", phone.scan, name="scan"),
    path("archive/scan/put/", phone.put, name="scan_put"),
    path("archive/scan/count/", phone.count, name="scan_count"),
    path("archive/stocktaking/", counting.stocktakings, name="stocktakings"),
    path("archive/stocktaking/<uuid:stocktaking>/", counting.one, name="stocktaking"),
    path("archive/stocktaking/<uuid:stocktaking>/finish/", counting.finish, name="finish"),
    path("archive/stocktaking/<uuid:stocktaking>/sign/", counting.sign, name="sign"),
    path("archive/stocktaking/<uuid:stocktaking>/drop/", counting.drop, name="drop"),
    path("archive/stocktaking/<uuid:stocktaking>/print/", counting.paper, name="stocktaking_pdf"),
    path("archive/stocktaking/outcomes/<int:outcome>/", counting.settle, name="settle"),
    path("archive/checks/", checking.checks, name="checks"),
    path("archive/checks/print/", checking.paper, name="checks_pdf"),
    path("archive/checks/defects/<uuid:defect>/", checking.repair, name="repair"),
    path(
        "archive/checks/defects/<uuid:defect>/photograph/", checking.photograph, name="photograph"
    ),
]
