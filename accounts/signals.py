"""What accounts tells the apps above it."""

from django.dispatch import Signal

# Sent with `user_ids` inside the transaction that ends these persons' sessions and links (SR-A09): what an upper app
# let them do elsewhere ends with it, and a receiver that fails undoes the whole.
access_ended = Signal()

# Sent with `session_hashes` and `user_id` inside the transaction in which these sessions of one person end (SR-A08).
sessions_ended = Signal()

# Sent with `before` and `after`, two hashes, when the session of somebody signed in goes on under a new key (SR-A06).
session_renewed = Signal()
