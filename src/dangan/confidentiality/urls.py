"""Addresses of secret posts and agreements."""

from django.urls import path

from dangan.confidentiality.views import agreements, posts

app_name = "confidentiality"
urlpatterns = [
    path("secrecy/", posts.register, name="register"),
    path("secrecy/new/", posts.new_post, name="new_post"),
    path("secrecy/<uuid:post>/", posts.post, name="post"),
    path("secrecy/<uuid:post>/edit/", posts.edit_post, name="edit_post"),
    path("secrecy/<uuid:post>/close/", posts.close_post, name="close_post"),
    path("secrecy/<uuid:post>/exempt/<uuid:subject>/", posts.exempt, name="exempt"),
    path(
        "secrecy/<uuid:post>/exemptions/<uuid:exemption>/end/",
        posts.end_exemption,
        name="end_exemption",
    ),
    path("agreements/", agreements.texts, name="texts"),
    path("agreements/new/", agreements.new_text, name="new_text"),
    path("agreements/<uuid:text>/", agreements.text, name="text"),
    path("agreements/<uuid:text>/version/", agreements.new_version, name="new_version"),
    path("agreements/<uuid:text>/close/", agreements.close_text, name="close_text"),
    path("agreements/<uuid:text>/remind/", agreements.remind, name="remind"),
    path("me/agreements/", agreements.mine, name="mine"),
    path("me/agreements/<uuid:version>/", agreements.sign, name="sign"),
    path("me/agreements/signed/<uuid:signature>/", agreements.signed_pdf, name="signed_pdf"),
]
