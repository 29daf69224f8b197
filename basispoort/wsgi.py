"""The door through which a web server reaches the portal."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "basispoort.settings")
application = get_wsgi_application()

from basispoort.lib.checks import refuse_powerful_role  # noqa: E402 - apps must be loaded first

refuse_powerful_role()
