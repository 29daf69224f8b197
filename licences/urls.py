"""Addresses of licences."""

from django.urls import URLPattern, URLResolver, path

from licences.views import groups, licences, oidc, records, sharing, sign_out, tiles

SCHOOL = "school/<school:school>"
ONE_PARTICIPANT = f"{SCHOOL}/uitgeverijen/<uuid:participant>"

app_name = "licences"
urlpatterns: list[URLPattern | URLResolver] = [
    path("lesmateriaal/", tiles.pupil_tiles, name="tiles"),
    path("lesmateriaal/openen/<uuid:material>/", tiles.pupil_open, name="open"),
    path(f"{SCHOOL}/lesmateriaal/", tiles.staff_tiles, name="staff-tiles"),
    path(f"{SCHOOL}/lesmateriaal/openen/<uuid:material>/", tiles.staff_open, name="staff-open"),
    path(f"{SCHOOL}/uitgeverijen/", sharing.participants, name="participants"),
    path(f"{ONE_PARTICIPANT}/", sharing.participant, name="participant"),
    path(f"{ONE_PARTICIPANT}/aan/", sharing.on, name="participant-on"),
    path(f"{ONE_PARTICIPANT}/uit/", sharing.off, name="participant-off"),
    path(f"{SCHOOL}/licenties/", licences.licences, name="licences"),
    path(f"{SCHOOL}/licenties/toekennen/", licences.assign, name="assign"),
    path(f"{SCHOOL}/licenties/nieuw/", licences.add, name="licence-add"),
    path(f"{SCHOOL}/licenties/<uuid:licence>/", licences.change, name="licence-change"),
    path(f"{SCHOOL}/storingscode/", records.trace, name="trace"),
    path(f"{SCHOOL}/verstrekkingen/", records.disclosures, name="disclosures"),
    path(f"{SCHOOL}/groepen/", groups.groups, name="groups"),
    path(f"{SCHOOL}/groepen/<uuid:group>/", groups.group, name="group"),
    path(".well-known/openid-configuration", oidc.configuration, name="oidc-configuration"),
    path(".well-known/jwks.json", oidc.jwks, name="oidc-jwks"),
    path("oidc/authorize", oidc.authorize, name="oidc-authorize"),
    path("oidc/token", oidc.token, name="oidc-token"),
    path("oidc/userinfo", oidc.userinfo, name="oidc-userinfo"),
    path("oidc/logout", sign_out.logout, name="oidc-logout"),
]
