"""Find the newest seals at once, for the watch that looks at them every minute."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add an index beside the work that goes on."""

    atomic = False
    dependencies: ClassVar = [("audit", "0004_alerts")]
    operations: ClassVar = [
        AddIndexConcurrently("auditseal", models.Index(fields=["-sealed_at"], name="audit_seal_newest")),
    ]
