"""The portal's addresses, and beside them the floors: a bare view, and plain django-allauth."""

from allauth.idp.oidc import views as plain
from django.urls import include, path

from basispoort.bench.cast import bare
from basispoort.lib.access import Access, declare_external
from basispoort.urls import urlpatterns as portal

PLAIN = {"authorization": plain.authorization, "token": plain.token, "userinfo": plain.user_info}
for _name in PLAIN:
    declare_external(f"idp:oidc:{_name}", Access("public"))

_oidc = ([path(f"{name}", view, name=name) for name, view in PLAIN.items()], "oidc")
_idp = ([path("", include(_oidc))], "idp")
urlpatterns = [*portal, path("bench/bare/", bare, name="bench-bare"), path("bench/plain/", include(_idp))]
