"""Addresses of this room."""

from django.urls import URLPattern

app_name = "special_audit"
urlpatterns: list[URLPattern] = []
