"""A process of its own that answers for one share of the roster: own memory, own connection."""

from __future__ import annotations

from multiprocessing.connection import Connection

import django


def serve(pipe: Connection, index: int, of: int, database: str) -> None:
    """Answer questions from the pipe until None comes."""
    django.setup()
    from django.db import connection, connections  # noqa: PLC0415 - needs the settings

    from dangan.roster.loading import Share  # noqa: PLC0415
    from dangan.roster.shares import Served  # noqa: PLC0415

    # Every thread's connection is made from these; the loading thread has its own.
    connections.settings["default"]["NAME"] = database
    served = Served(Share(index, of))
    pipe.send(True)
    while (asked := pipe.recv()) is not None:
        pipe.send(served.answer(*asked))
    connection.close()
