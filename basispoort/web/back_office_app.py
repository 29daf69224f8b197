"""Django's admin as an app, with a site of our own."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """Django's admin, as the portal's own people get it."""

    default_site = "basispoort.web.back_office.BackOffice"
