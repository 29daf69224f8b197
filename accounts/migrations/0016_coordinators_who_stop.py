"""Remember since when a coordinator wants to stop, for the board that must know (SR-B09)."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the moment to roles."""

    dependencies: ClassVar = [("accounts", "0015_renewals_by_the_helpdesk")]
    operations: ClassVar = [
        migrations.AddField(
            model_name='role',
            name='leave_announced_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='wants to stop since'),
        ),
    ]
