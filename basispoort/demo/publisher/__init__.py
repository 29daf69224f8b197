"""A publisher to open material at, in the demo: invented, and a relying party by a standard library.

It is another company: it imports nothing of the portal and knows an address, a client id and a secret.
"""
