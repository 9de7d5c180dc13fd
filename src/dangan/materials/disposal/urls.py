"""Addresses of this room."""

from django.urls import URLPattern

app_name = "disposal"
urlpatterns: list[URLPattern] = []
