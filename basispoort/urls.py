"""All addresses of the portal."""

from django.urls import include, path, register_converter

from accounts.second_step_urls import passkey_patterns
from accounts.views.staff import home
from schools.converters import BoardNumberConverter, SchoolCodeConverter

register_converter(SchoolCodeConverter, "school")
register_converter(BoardNumberConverter, "board")

urlpatterns = [
    path("", home, name="home"),
    path("", include("basispoort.web.urls")),
    path("", include("accounts.urls")),
    path("", include((passkey_patterns, "otp_webauthn"))),
    path("", include("schools.urls")),
    path("", include("dpa.urls")),
    path("", include("licences.urls")),
]
handler400 = "basispoort.web.errors.bad_request"
handler403 = "basispoort.web.errors.permission_denied"
handler404 = "basispoort.web.errors.not_found"
handler500 = "basispoort.web.errors.server_error"
