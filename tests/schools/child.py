"""A worker of its own, for tests that kill it: `python -m tests.schools.child ACT SCHOOL DELIVERY [USER]`."""

from __future__ import annotations

import os
import subprocess
import sys
from uuid import UUID

ROLE = "default"


def start(*arguments: object) -> subprocess.Popen[bytes]:
    """Start the process on the database of the test that runs."""
    from django.db import connections  # noqa: PLC0415 - the child sets Django up first

    given = connections[ROLE].settings_dict
    url = f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "tests.schools.child", *map(str, arguments)]
    return subprocess.Popen(command, env=environment)  # noqa: S603 - ourselves


def main(act: str, school_id: int, delivery_id: UUID, user_id: str = "") -> None:
    """Read or apply the delivery, as a worker or a web process would."""
    import django  # noqa: PLC0415 - not when a test imports this module

    django.setup()
    from accounts.models import User  # noqa: PLC0415 - models need Django set up
    from basispoort.lib.tenancy import school_transaction  # noqa: PLC0415
    from schools.actions.apply import apply_delivery  # noqa: PLC0415
    from schools.actions.delivery import read_delivery  # noqa: PLC0415
    from schools.models import RosterDelivery, School  # noqa: PLC0415

    if act == "read":
        read_delivery(school_id=school_id, delivery_id=delivery_id)
        return
    with school_transaction(school_id):
        delivery = RosterDelivery.objects.for_school(school_id).get(pk=delivery_id)
        apply_delivery(
            school=School.objects.get(pk=school_id),
            delivery=delivery,
            acting_user=User.objects.get(pk=user_id),
            digest=delivery.difference_digest,
            confirmed=True,
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), UUID(sys.argv[3]), *sys.argv[4:])
