"""Addresses of dpa."""

from django.urls import URLPattern, URLResolver, path

from dpa.views import agreement

app_name = "dpa"
urlpatterns: list[URLPattern | URLResolver] = [
    path("school/<school:school>/verwerkersovereenkomst/", agreement.agreement, name="agreement"),
    path("school/<school:school>/verwerkersovereenkomst/akkoord/", agreement.accept, name="agreement-accept"),
    path("school/<school:school>/verwerkersovereenkomst/<uuid:version>/", agreement.document, name="document"),
]
