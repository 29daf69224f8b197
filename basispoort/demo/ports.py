"""Ports on this machine: which are free, and a sentence about the one that is not."""

from __future__ import annotations

import socket

from basispoort.demo.trouble import Trouble

LOCAL = "127.0.0.1"
HIGHEST = 65_535


def is_free(port: int) -> bool:
    """Tell whether a server of our own could listen on the port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCAL, port))
            probe.listen()
        except OSError:
            return False
    return True


def free_port() -> int:
    """Give a port that nobody uses now; another program may still take it first."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOCAL, 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def claim(first: int, names: tuple[str, ...]) -> dict[str, int]:
    """Give each name a port, counting up from the first one.

    Raises Trouble for the first port that is out of range or in use.
    """
    last = first + len(names) - 1
    if not 1 <= first <= last <= HIGHEST:
        message = f"PORT={first} is no usable port: choose one from 1024 to {HIGHEST - len(names) + 1}."
        raise Trouble(message)
    ports = {name: first + step for step, name in enumerate(names)}
    for name, port in ports.items():
        if not is_free(port):
            message = (
                f"Port {port} (for the {name}) is in use by another program: stop that program, "
                f"or choose other ports with PORT={first + 100}."
            )
            raise Trouble(message)
    return ports
