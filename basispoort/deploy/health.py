"""Asks the web server in this container whether it lives: `python -m basispoort.deploy.health`."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def is_alive(port: int = 8000) -> bool:
    """Tell whether /health/live answers 200 under the portal's own host name; other names are refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/health/live", headers={"Host": urlsplit(os.environ["BASE_URL"]).netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_alive() else 1)
