"""Addresses of the second step; those of passkeys carry the names that the library's scripts ask for."""

from django.urls import URLPattern, path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from accounts.views import second_step
from basispoort.lib.access import public

urlpatterns: list[URLPattern] = [
    path("inloggen/tweede-stap/", second_step.take, name="second-step"),
    path("account/tweede-stap/", second_step.factors, name="factors"),
    path("account/tweede-stap/app/", second_step.app, name="app"),
    path("account/tweede-stap/app/qr.svg", second_step.app_picture, name="app-picture"),
    path("account/tweede-stap/app/verwijderen/", second_step.remove_app, name="app-remove"),
    path("account/tweede-stap/passkey/", second_step.passkey, name="passkey"),
    path("account/tweede-stap/passkey/<uuid:passkey>/verwijderen/", second_step.remove_passkey, name="passkey-remove"),
    path("account/tweede-stap/herstelcodes/", second_step.recovery_codes, name="recovery-codes"),
]
words = public(cache_control(public=True, max_age=3600)(JavaScriptCatalog.as_view(packages=["django_otp_webauthn"])))
passkey_patterns: list[URLPattern] = [
    path("account/passkey/maken/", second_step.begin_registration, name="credential-registration-begin"),
    path("account/passkey/bewaren/", second_step.complete_registration, name="credential-registration-complete"),
    path("account/passkey/vragen/", second_step.begin_authentication, name="credential-authentication-begin"),
    path("account/passkey/tonen/", second_step.complete_authentication, name="credential-authentication-complete"),
    path("account/passkey/woorden.js", words, name="js-i18n-catalog"),
]
