"""`python -m basispoort.demo.publisher --port N`: serves the demo publisher until it is told to stop.

Reads BASE_URL (the portal's), PUBLISHER_URL (its own) and PUBLISHER_CLIENT_SECRET from the environment; arguments go
before them.
"""

from __future__ import annotations

import argparse
import os
import sys

from werkzeug.serving import make_server

from basispoort.demo.publisher.pages import Registration, create_app

CLIENT_ID = "uitgeverij-de-leesplank"


def main(arguments: list[str]) -> int:
    """Serve; gives 2 when the portal's address or the secret is missing."""
    parser = argparse.ArgumentParser(prog="python -m basispoort.demo.publisher")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--issuer", default=os.environ.get("BASE_URL", ""))
    parser.add_argument("--client-id", default=os.environ.get("PUBLISHER_CLIENT_ID", CLIENT_ID))
    parser.add_argument("--client-secret", default=os.environ.get("PUBLISHER_CLIENT_SECRET", ""))
    parser.add_argument("--url", default=os.environ.get("PUBLISHER_URL", ""))
    chosen = parser.parse_args(arguments)
    if not chosen.issuer or not chosen.client_secret:
        sys.stderr.write("The demo publisher needs BASE_URL and PUBLISHER_CLIENT_SECRET.\n")
        return 2
    own = chosen.url or f"http://{chosen.host}:{chosen.port}"
    app = create_app(Registration(chosen.issuer.rstrip("/"), chosen.client_id, chosen.client_secret, own.rstrip("/")))
    server = make_server(chosen.host, chosen.port, app, threaded=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
