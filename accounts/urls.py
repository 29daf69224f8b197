"""Addresses of accounts."""

from django.urls import URLPattern, URLResolver, path

from accounts import board_urls, pupil_urls, second_step_urls, staff_urls
from accounts.views import address, challenge, links, sessions, staff

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("inloggen/", staff.sign_in, name="sign-in"),
    path("inloggen/controle/", challenge.challenge, name="challenge"),
    path("uitloggen/", staff.sign_out, name="sign-out"),
    path("wachtwoord-vergeten/", links.forgotten, name="forgotten"),
    path("link/<slug:purpose>/<str:token>/", links.link, name="link"),
    path("link-opnieuw/", links.link_again, name="link-again"),
    path("wachtwoord-kiezen/", links.choose_password, name="choose-password"),
    path("taal/", staff.choose_language, name="language"),
    path("wisselen/", staff.switch, name="switch"),
    path("account/", staff.profile, name="profile"),
    path("account/adres/", address.address, name="address"),
    path("adres-bevestigen/", address.confirm_address, name="confirm-address"),
    path("account/sessies/", sessions.sessions, name="sessions"),
    path("account/sessies/beeindigen/", sessions.sessions_end, name="sessions-end"),
    path("account/sessies/<uuid:session>/beeindigen/", sessions.session_end, name="session-end"),
    path("school/<school:school>/", staff.school_start, name="school"),
    *second_step_urls.urlpatterns,
    *staff_urls.urlpatterns,
    *pupil_urls.urlpatterns,
    *board_urls.urlpatterns,
]
