"""What accounts tells the apps above it."""

from django.dispatch import Signal

# Sent with `user_ids` inside the transaction that ends these persons' sessions and links (SR-A09): what an upper app
# let them do elsewhere ends with it, and a receiver that fails undoes the whole.
access_ended = Signal()
