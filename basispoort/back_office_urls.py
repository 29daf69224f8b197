"""The addresses under the back office's host: the portal's, as far as they open there, the admin, the helpdesk's."""

from django.contrib import admin
from django.urls import include, path

from basispoort.urls import urlpatterns as portal

urlpatterns = [path("", include("accounts.support_urls")), path("kantoor/", admin.site.urls), *portal]
handler400 = "basispoort.web.errors.bad_request"
handler403 = "basispoort.web.errors.permission_denied"
handler404 = "basispoort.web.errors.not_found"
handler500 = "basispoort.web.errors.server_error"
