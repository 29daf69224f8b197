"""The sequence behind all Basispoort IDs."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Create the one number space of persons and schools (product S4)."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.RunSQL(
            "CREATE SEQUENCE basispoort_id_seq AS bigint START 100001 NO CYCLE",
            "DROP SEQUENCE basispoort_id_seq",
        ),
    ]
