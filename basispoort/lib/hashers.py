"""Argon2id at the cost we chose."""

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with memory and rounds of the settings and one lane (SR-A03); older hashes are renewed at sign-in."""

    time_cost = settings.ARGON2_ROUNDS
    memory_cost = settings.ARGON2_MEMORY_KIB
    parallelism = 1
