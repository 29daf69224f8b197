"""Addresses of dpa."""

from django.urls import URLPattern, URLResolver

app_name = "dpa"
urlpatterns: list[URLPattern | URLResolver] = []
