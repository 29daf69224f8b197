"""Addresses of the pupils' way in, and of those who help them."""

from django.urls import path

from accounts.views import ask_in, badge_entry, badges, class_start, codes, door, networks, pupils

OF_GROUP = "school/<school:school>/groepen/<uuid:group>"
START = "school/<school:school>/klassenstart/<uuid:group>"

urlpatterns = [
    path("s/<str:token>/", pupils.groups, name="pupil-groups"),
    path("s/<str:token>/groep/<uuid:group>/", pupils.names, name="pupil-names"),
    path("s/<str:token>/groep/<uuid:group>/<uuid:pupil>/", pupils.code, name="pupil-code"),
    path("s/<str:token>/woord/", ask_in.day_word, name="pupil-day-word"),
    path("s/<str:token>/groep/<uuid:group>/<uuid:pupil>/vraag/", ask_in.ask_in, name="pupil-ask"),
    path("s/<str:token>/groep/<uuid:group>/<uuid:pupil>/vraag/binnen/", ask_in.come, name="pupil-come"),
    path("badge/", badge_entry.badge_scan, name="badge-scan"),
    path("leerling/", pupils.lost, name="pupil-lost"),
    path("leerling/klaar/", pupils.sign_out, name="pupil-sign-out"),
    path("school/<school:school>/schoollink/", door.door, name="door"),
    path("school/<school:school>/schoollink/qr.svg", codes.door_qr, name="door-qr"),
    path("school/<school:school>/schoollink/afdrukken/", door.door_print, name="door-print"),
    path("school/<school:school>/schoollink/vernieuwen/", door.renew, name="door-renew"),
    path("school/<school:school>/netwerk/", networks.networks, name="networks"),
    path("school/<school:school>/netwerk/<uuid:network>/", networks.network, name="network"),
    path("school/<school:school>/netwerk/<uuid:network>/weg/", networks.remove, name="network-remove"),
    path("school/<school:school>/klassenstart/", class_start.class_starts, name="class-starts"),
    path(f"{START}/", class_start.class_start, name="class-start"),
    path(f"{START}/stand/", class_start.live, name="class-start-live"),
    path(f"{START}/stoppen/", class_start.close, name="class-start-close"),
    path(f"{START}/bord/", class_start.board, name="class-start-board"),
    path(f"{START}/qr.svg", class_start.qr, name="class-start-qr"),
    path(f"{START}/binnen/<uuid:ask>/", class_start.let_in, name="class-start-let-in"),
    path(f"{START}/nee/<uuid:ask>/", class_start.refuse, name="class-start-refuse"),
    path(f"{START}/opnieuw/<uuid:pupil>/", class_start.try_again, name="class-start-again"),
    path(f"{OF_GROUP}/inloggen/", codes.sign_in_help, name="sign-in-help"),
    path(f"{OF_GROUP}/kaartjes/", codes.cards, name="cards"),
    path(f"{OF_GROUP}/kaartjes/<uuid:pupil>/", codes.card, name="card"),
    path(f"{OF_GROUP}/kaartjes.pdf", badges.group_cards, name="cards-pdf"),
    path(f"{OF_GROUP}/kaartjes/<uuid:pupil>.pdf", badges.pupil_card, name="card-pdf"),
    path(f"{OF_GROUP}/badges/", badges.group_badges, name="badges"),
    path(f"{OF_GROUP}/badges/<uuid:pupil>/", badges.pupil_badge, name="badge"),
    path(f"{OF_GROUP}/badges/<uuid:pupil>/weer-aan/", badges.free, name="badge-free"),
    path(f"{OF_GROUP}/badges/<uuid:pupil>/stoppen/", badges.end, name="badge-end"),
    path(f"{OF_GROUP}/nieuwe-codes/", codes.reset_group, name="codes-reset"),
    path(f"{OF_GROUP}/nieuwe-codes/<uuid:pupil>/", codes.reset_pupil, name="code-reset"),
    path(f"{OF_GROUP}/binnenlaten/<uuid:pupil>/", codes.let_pupil_in, name="let-in"),
]
