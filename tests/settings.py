"""The portal's own settings, made fast for tests; what the environment lacks is filled in here."""

import base64
import os

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY = base64.b64encode(bytes(range(32))).decode()
_DEFAULTS = {
    "BASE_URL": "http://localhost:8000",
    "BACK_OFFICE_HOST": "kantoor.localhost:8000",
    "SECRET_KEY": "only-in-the-test-suite-0123456789abcdefghijklmnop",
    "FIELD_KEYS": f"f1:{_KEY}",
    "INDEX_KEYS": f"i1:{_KEY}",
    "CODE_KEYS": f"c1:{_KEY}",
    "AUDIT_SIGNING_KEYS": f"a1:{_KEY}",
    "DEVELOPMENT_PAGES": "yes",
    "ARGON2_MEMORY_KIB": "8",
    "ARGON2_ROUNDS": "1",
    "CHALLENGE_WORK": "2",
    "LOG_LEVEL": "CRITICAL",
}
for _name, _value in _DEFAULTS.items():
    os.environ.setdefault(_name, _value)
if "OIDC_PRIVATE_KEY" not in os.environ:
    _pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    os.environ["OIDC_PRIVATE_KEY"] = _pem.decode()

# Type checkers load these settings without any server; nothing is connected to.
os.environ.setdefault("DATABASE_URL", "postgresql://basispoort_app@localhost/basispoort")
os.environ.setdefault("DATABASE_OWNER_URL", "postgresql://basispoort_owner@localhost/basispoort")
os.environ.setdefault("REDIS_URL", "redis://localhost:6379/0")

from basispoort.settings import *  # noqa: E402, F403 - after the environment is complete
from basispoort.settings import STORAGES as _STORAGES  # noqa: E402

STORAGES = _STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CELERY_TASK_ALWAYS_EAGER = False
# Nothing a test queues may reach a worker that happens to run.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
STATIC_ROOT = ROOT / "var" / "test" / "static"  # noqa: F405 - of the portal's settings
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Each client of a test starts the middleware anew: a file is looked for when it is asked, not all of them beforehand.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
