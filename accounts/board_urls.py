"""Addresses of boards."""

from django.urls import URLPattern, path

from accounts.views import boards

urlpatterns: list[URLPattern] = [
    path("bestuur/<board:board>/", boards.board, name="board"),
    path("bestuur/<board:board>/scholen/<school:school>/", boards.board_staff, name="board-staff"),
    path("bestuur/<board:board>/scholen/<school:school>/controle/", boards.board_check, name="board-check"),
    path("bestuur/<board:board>/scholen/<school:school>/lijst/", boards.board_export, name="board-export"),
    path("bestuur/<board:board>/scholen/<school:school>/lijsten/", boards.board_exports, name="board-exports"),
    path(
        "bestuur/<board:board>/scholen/<school:school>/lijsten/<uuid:export>/",
        boards.board_export_fetch,
        name="board-export-fetch",
    ),
]
