"""What schools tells the apps above it."""

from django.dispatch import Signal

# Sent after the commit that applied a roster, with `school_id` and `delivery_id`.
roster_applied = Signal()
