from django.urls import URLPattern, URLResolver, path

from dangan.access.federation import views

app_name = "federation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/oidc/", views.start, name="start"),
    path("sign-in/oidc/callback/", views.callback, name="callback"),
    path("sign-in/oidc/again/", views.again, name="again"),
    path("sign-in/oidc/left/", views.left, name="left"),
    path("sign-in/oidc/leave/", views.leave, name="leave"),
    path("sign-in/oidc/logout-notice/", views.notice, name="notice"),
    path("sign-in/links/", views.links, name="links"),
    path("sign-in/links/new/", views.new_link, name="new_link"),
    path("sign-in/links/confirm/", views.confirm_link, name="confirm_link"),
    path("sign-in/links/<uuid:link>/unlink/", views.unlink, name="unlink"),
]
