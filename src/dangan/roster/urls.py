from django.urls import URLPattern, URLResolver, path

from dangan.roster import views

app_name = "roster"
urlpatterns: list[URLPattern | URLResolver] = [
    path("people/", views.people, name="list"),
    path("people/search/", views.search, name="search"),
    path("people/views/", views.save, name="save_view"),
    path("people/views/<uuid:view>/", views.update, name="update_view"),
    path("people/views/<uuid:view>/delete/", views.delete, name="delete_view"),
]
