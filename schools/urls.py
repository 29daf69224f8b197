"""Addresses of schools."""

from django.urls import URLPattern, URLResolver, path

from schools.views import roster

app_name = "schools"
ROSTER = "school/<school:school>/leerlingen-en-groepen/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(ROSTER, roster.roster, name="roster"),
    path(ROSTER + "aanlevering/<uuid:delivery>/", roster.delivery, name="delivery"),
    path(ROSTER + "aanlevering/<uuid:delivery>/toepassen/", roster.apply, name="delivery-apply"),
    path(ROSTER + "aanlevering/<uuid:delivery>/intrekken/", roster.withdraw, name="delivery-withdraw"),
]
