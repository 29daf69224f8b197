"""Triggers that raise the revision of a roster at each statement that writes to it, by whomever.

A statement of the portal's role reaches only rows of the schools in `app.schools`, so those are the ones it may have
changed. Rosters without a state have no digest that could grow old.
"""

from typing import ClassVar

from django.db import migrations

TABLES = (
    "schools_group",
    "schools_pupil",
    "schools_pupilsubgroup",
    "schools_staffmember",
    "schools_staffgroup",
)
RAISE = """
CREATE FUNCTION schools_raise_roster_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE schools_rosterstate SET revision = revision + 1
    WHERE school_id = ANY (string_to_array(nullif(current_setting('app.schools', true), ''), ',')::bigint[]);
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    """Watch the five tables of the roster."""

    dependencies: ClassVar = [("schools", "0003_roster_state")]
    operations: ClassVar = [
        migrations.RunSQL(RAISE, "DROP FUNCTION schools_raise_roster_revision()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER raise_roster_revision AFTER INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION schools_raise_roster_revision()",
                f"DROP TRIGGER raise_roster_revision ON {table}",
            )
            for table in TABLES
        ),
    ]
