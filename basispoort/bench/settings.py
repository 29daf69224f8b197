"""The portal's own settings at full cost; what the environment lacks is made up for the run."""

import os

from basispoort.demo import keys

os.environ.setdefault("BASE_URL", "http://localhost:8000")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
for _name, _value in keys.production_environment().items():
    os.environ.setdefault(_name, _value)

from basispoort.settings import *  # noqa: E402, F403 - after the environment is complete
