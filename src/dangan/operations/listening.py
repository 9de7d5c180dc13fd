"""One listening socket for all web processes of a machine, held by whoever outlives them.

The supervisor (or systemd) opens it and hands it down; processes come and go behind it, and what
connects meanwhile waits in its queue for the next one. With a socket of its own for each process
(SO_REUSEPORT, what granian does by itself) the queue of one that stops would be lost.
"""

from __future__ import annotations

import os
import socket
from typing import Any

HANDED_DOWN = "DANGAN_LISTEN_FD"
_FIRST_OF_SYSTEMD = 3
BACKLOG = 1024


def open_socket(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen yet; raises ``OSError`` when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


def handed_down() -> int | None:
    """The descriptor of a socket we were given: by our supervisor, or by systemd
    (``LISTEN_FDS``, sd_listen_fds(3))."""
    if given := os.environ.get(HANDED_DOWN):
        return int(given)
    if os.environ.get("LISTEN_FDS") == "1" and os.environ.get("LISTEN_PID") == str(os.getpid()):
        return _FIRST_OF_SYSTEMD
    return None


def server_class(descriptor: int | None) -> Any:
    """Granian's server; with a descriptor, one that listens there instead of binding an address."""
    from granian._granian import SocketHolder
    from granian.server.mp import MPServer

    if descriptor is None:
        return MPServer

    class Given(MPServer):
        """Its workers are forked and so have the descriptor."""

        def _init_shared_socket(self) -> None:
            # Granian's own annotations stop at this method, and its stub has no constructor.
            mine: Any = self
            made: Any = SocketHolder
            mine._ssp, mine._sfd, mine._sso = None, descriptor, None
            mine._shd = made(descriptor, False, BACKLOG)

    return Given


def say_ready() -> None:
    """Tells whoever waits (our supervisor, or systemd with ``Type=notify``) that work may come;
    sd_notify(3)."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place:
        return
    address = f"\0{place[1:]}" if place.startswith("@") else place
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        try:
            teller.connect(address)
            teller.send(b"READY=1")
        except OSError:
            return  # who asked has gone
