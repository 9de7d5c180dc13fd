from django.urls import URLPattern, URLResolver, path

from dangan.exchange import views
from dangan.exchange.packages import views as packages

app_name = "exchange"
urlpatterns: list[URLPattern | URLResolver] = [
    path("import/", views.begin, name="import"),
    path("import/template/", views.template, name="template"),
    path("import/<uuid:job>/", views.job, name="job"),
    path("import/<uuid:job>/progress/", views.progress, name="progress"),
    path("import/<uuid:job>/columns/", views.columns, name="columns"),
    path("import/<uuid:job>/start/", views.start, name="start"),
    path("import/<uuid:job>/stop/", views.stop, name="stop"),
    path("import/<uuid:job>/resume/", views.resume, name="resume"),
    path("import/<uuid:job>/discard/", views.discard, name="discard"),
    path("import/<uuid:job>/problems/", views.problems, name="problems"),
    path("people/export/", views.export, name="export"),
    path("archive/volumes/<uuid:volume>/package/", packages.send, name="send_package"),
    path("archive/packages/", packages.receive, name="receive_package"),
]
