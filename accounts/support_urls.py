"""Addresses of the helpdesk at one school; they are there on the back office's host only."""

from django.urls import path

from accounts.views import support_desk
from accounts.watching import STOP_PATH

SCHOOL = "kantoor/school/<school:school>"

app_name = "desk"
urlpatterns = [
    path(STOP_PATH.removeprefix("/"), support_desk.watch_stop, name="watch-stop"),
    path(f"{SCHOOL}/vragen/", support_desk.ask, name="ask"),
    path(f"{SCHOOL}/personen/", support_desk.people, name="people"),
    path(f"{SCHOOL}/leerlingen/<uuid:pupil>/", support_desk.pupil, name="pupil"),
    path(f"{SCHOOL}/leerlingen/<uuid:pupil>/meekijken/", support_desk.pupil_watch, name="pupil-watch"),
    path(f"{SCHOOL}/medewerkers/<uuid:user>/", support_desk.staff, name="staff"),
    path(f"{SCHOOL}/medewerkers/<uuid:user>/meekijken/", support_desk.staff_watch, name="staff-watch"),
    path(f"{SCHOOL}/personeel/<uuid:member>/", support_desk.roster_member, name="member"),
]
