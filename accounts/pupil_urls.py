"""Addresses of the pupils' way in, and of those who help them."""

from django.urls import path

from accounts.views import codes, door, pupils

OF_GROUP = "school/<school:school>/groepen/<uuid:group>"

urlpatterns = [
    path("s/<str:token>/", pupils.groups, name="pupil-groups"),
    path("s/<str:token>/groep/<uuid:group>/", pupils.names, name="pupil-names"),
    path("s/<str:token>/groep/<uuid:group>/<uuid:pupil>/", pupils.code, name="pupil-code"),
    path("leerling/", pupils.lost, name="pupil-lost"),
    path("leerling/klaar/", pupils.sign_out, name="pupil-sign-out"),
    path("school/<school:school>/schoollink/", door.door, name="door"),
    path("school/<school:school>/schoollink/qr.svg", codes.door_qr, name="door-qr"),
    path("school/<school:school>/schoollink/afdrukken/", door.door_print, name="door-print"),
    path("school/<school:school>/schoollink/vernieuwen/", door.renew, name="door-renew"),
    path(f"{OF_GROUP}/inloggen/", codes.sign_in_help, name="sign-in-help"),
    path(f"{OF_GROUP}/kaartjes/", codes.cards, name="cards"),
    path(f"{OF_GROUP}/kaartjes/<uuid:pupil>/", codes.card, name="card"),
    path(f"{OF_GROUP}/nieuwe-codes/", codes.reset_group, name="codes-reset"),
    path(f"{OF_GROUP}/nieuwe-codes/<uuid:pupil>/", codes.reset_pupil, name="code-reset"),
    path(f"{OF_GROUP}/binnenlaten/<uuid:pupil>/", codes.let_pupil_in, name="let-in"),
]
