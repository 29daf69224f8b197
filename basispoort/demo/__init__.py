"""The portal on one machine: embedded servers, invented schools, a mailbox page and a publisher to open material at.

Everything it makes lies under `var/`. Nothing in here is imported by the portal itself.

`run` starts all of it, and hands these out by the environment:

- to `manage.py seed_demo --if-empty`: DEMO_OUTPUT, the file to which it writes `identities` and `pupils` as JSON;
  PUBLISHER_URL and PUBLISHER_CLIENT_SECRET, with which it registers the demo publisher (anew on each run: the port may
  differ);
- to `python -m basispoort.demo.publisher --port N`: BASE_URL, PUBLISHER_URL and PUBLISHER_CLIENT_SECRET, nothing else.
"""
