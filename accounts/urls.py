"""Addresses of accounts."""

from django.urls import URLPattern, URLResolver

from accounts import pupil_urls

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [*pupil_urls.urlpatterns]
