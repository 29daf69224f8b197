"""The school's own networks: from there its pupils sign in without a further step (product S12)."""

from __future__ import annotations

import uuid
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Case, F, Func, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate
from django.db.models.indexes import IndexExpression
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.networks import WIDEST
from basispoort.lib.tenancy import TenantModel
from schools.models import School

# Django knows how to write an operator class into a constraint once it has been told that there are such things.
IndexExpression.register_wrappers(OrderBy, OpClass, Collate)

if TYPE_CHECKING:
    NetworkField = models.Field[IPv4Network | IPv6Network | str, IPv4Network | IPv6Network]
else:
    NetworkField = models.Field


class CidrField(NetworkField):
    """A network, IPv4 or IPv6, in PostgreSQL's own type: what has host bits set is refused."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 - Django's own form
        """Give the type of the column."""
        return "cidr"

    def from_db_value(self, value: str | None, *_args: object) -> IPv4Network | IPv6Network | None:
        """Give the network."""
        return None if value is None else ip_network(value)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's own form
        """Give a network for its text."""
        return ip_network(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:  # noqa: ANN401 - Django's own form
        """Give the text that the database reads."""
        return None if value is None else str(value)


def _of_network(function: str) -> Func:
    return Func(F("network"), function=function, output_field=models.IntegerField())


class NetworkRange(TenantModel):
    """A network of the school (*netwerkadres*). Two of one school never overlap: each address is named once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="networks", verbose_name=_("school"))
    network = CidrField(_("network"))
    name = models.CharField(_("name"), max_length=60)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        verbose_name = _("network of the school")
        verbose_name_plural = _("networks of the school")
        constraints = (
            ExclusionConstraint(
                name="network_is_named_once",
                expressions=[("school", "="), (OpClass("network", name="inet_ops"), "&&")],
                violation_error_message=_("This network overlaps one that is there already."),
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(
                    _of_network("masklen"),
                    Case(When(Exact(_of_network("family"), 4), then=Value(WIDEST[4])), default=Value(WIDEST[6])),
                ),
                name="network_is_not_too_wide",
                violation_error_message=_("This network is too wide to be one school's own."),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
