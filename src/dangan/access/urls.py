from django.urls import URLPattern, URLResolver, path

from dangan.access.views import accounts, login, rights, second_factor, tokens

app_name = "access"
urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("password/", login.password, name="password"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("second-factor/confirm/", second_factor.confirm, name="confirm_second_factor"),
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
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:token>/revoke/", tokens.revoke, name="revoke_token"),
]
