from django.urls import URLPattern, URLResolver, path

from dangan.access.views import (
    accounts,
    consents,
    keys,
    login,
    rights,
    set_up,
    tokens,
)

app_name = "access"
urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("password/", login.password, name="password"),
    path("first-administrator/", set_up.first, name="first"),
    path("first-administrator/appoint/", set_up.appoint, name="appoint"),
    path("accounts/", accounts.listing, name="accounts"),
    path("accounts/new/", accounts.create, name="create"),
    path("accounts/<uuid:account>/", accounts.detail, name="account"),
    path("accounts/<uuid:account>/lock/", accounts.lock, name="lock"),
    path("accounts/<uuid:account>/unlock/", accounts.unlock, name="unlock"),
    path("accounts/<uuid:account>/reopen/", accounts.reopen, name="reopen"),
    path("accounts/<uuid:account>/ask/", accounts.ask, name="ask"),
    path("accounts/<uuid:account>/ask-back/", accounts.ask_back, name="ask_back"),
    path("roles/", rights.roles, name="roles"),
    path("roles/requests/", rights.requests, name="requests"),
    path("roles/requests/<uuid:wanted>/approve/", rights.approve, name="approve"),
    path("roles/requests/<uuid:wanted>/decline/", rights.decline, name="decline"),
    path("roles/requests/<uuid:wanted>/withdraw/", rights.withdraw, name="withdraw"),
    path("consents/", consents.listing, name="consents"),
    path("consents/<uuid:consent>/agree/", consents.agree, name="agree_consent"),
    path("consents/<uuid:consent>/refuse/", consents.refuse, name="refuse_consent"),
    path("consents/<uuid:consent>/withdraw/", consents.withdraw, name="withdraw_consent"),
    path("keys/", keys.listing, name="keys"),
    path("keys/ask/", keys.ask, name="ask_key"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:token>/revoke/", tokens.revoke, name="revoke_token"),
]
