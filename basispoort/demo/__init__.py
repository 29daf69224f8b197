"""The portal on one machine: embedded servers, invented schools, a mailbox page and a publisher to open material at.

Everything it makes lies under `var/`. Nothing in here is imported by the portal itself.
"""
