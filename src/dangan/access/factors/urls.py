from django.urls import URLPattern, URLResolver, path

from dangan.access.factors.views import entering, mine

app_name = "factors"
urlpatterns: list[URLPattern | URLResolver] = [
    path("login/second-step/", entering.second_step, name="second_step"),
    path("confirm/", entering.confirm, name="confirm"),
    path("security/enrol/", entering.enrol, name="enrol"),
    path("security/me/", mine.mine, name="mine"),
    path("security/me/app/", mine.begin_app, name="begin_app"),
    path("security/me/app/confirm/", mine.confirm_app, name="confirm_app"),
    path("security/me/app/remove/", mine.remove_app, name="remove_app"),
    path("security/me/keys/add/", mine.add_key, name="add_key"),
    path("security/me/keys/<uuid:key>/name/", mine.rename_key, name="rename_key"),
    path("security/me/keys/<uuid:key>/remove/", mine.remove_key, name="remove_key"),
    path("security/me/codes/", mine.make_codes, name="make_codes"),
]
