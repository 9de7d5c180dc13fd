from django.urls import URLPattern, URLResolver, path

from dangan.entitlements.views import accounts, asking, reviews

app_name = "entitlements"
urlpatterns: list[URLPattern | URLResolver] = [
    path("grants/", asking.mine, name="mine"),
    path("grants/new/", asking.temporary, name="temporary"),
    path("people/<uuid:subject>/ask/", asking.reveal, name="ask_reveal"),
    path("people/<uuid:subject>/ask/<slug:info_set>/", asking.reveal, name="ask_reveal_set"),
    path("accounts/<uuid:account>/reset/", accounts.reset, name="reset"),
    path("accounts/<uuid:account>/handover/", accounts.handover, name="handover"),
    path("login/code/", accounts.code, name="code"),
    path("reviews/", reviews.listing, name="reviews"),
    path("reviews/report/", reviews.report, name="report"),
    path("reviews/mine/", reviews.mine, name="my_reviews"),
    path("reviews/mine/decide/", reviews.decide, name="decide"),
    path("reviews/<uuid:campaign>/", reviews.campaign, name="review"),
    path("reviews/<uuid:campaign>/end/", reviews.end, name="end_review"),
]
