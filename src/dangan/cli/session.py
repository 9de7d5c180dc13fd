"""What every command needs: the settings, a running and current database, and an actor."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dangan.cli.output import complain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dangan.access.rules import Actor
    from dangan.config.environment import Environment


def load_settings() -> Environment:
    """Parses the environment; raises ``BadSetting`` naming what is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")
    from django.conf import settings

    environment: Environment = settings.DANGAN
    return environment


@contextmanager
def database() -> Iterator[Environment]:
    """A database that runs and is up to date; a server started for us stops again."""
    environment = load_settings()
    if not environment.embedded_database:
        _set_up()
        yield environment
        return
    from dangan.operations.postgres import EmbeddedServer

    with EmbeddedServer(environment.home):
        _set_up()
        try:
            yield environment
        finally:
            from django.db import connections

            connections.close_all()


def _set_up() -> None:
    import django
    from django.utils import translation

    django.setup()
    # What services note for their operators would stand between a command's own lines.
    logging.getLogger("dangan").setLevel(logging.WARNING)
    from django.conf import settings

    from dangan.operations.schema import bring_up_to_date

    translation.activate(settings.LANGUAGE_CODE)
    bring_up_to_date()


@contextmanager
def acting(name: str | None) -> Iterator[Actor]:
    """The database and who acts: the account called ``name``, or the console."""
    with database():
        from dangan.access.queries import actor_named, console_actor
        from dangan.audit.actions import flush

        actor = actor_named(name) if name else console_actor()
        try:
            yield actor
        finally:
            flush(actor.trail)
            _sequence()


def _sequence() -> None:
    """Puts the events into the log's tree: where no service runs nobody else would.

    The work is done and logged by now; what goes wrong here does not undo it.
    """
    from django.db import DatabaseError

    from dangan.audit.sequencer import LogDamaged, sequence_once

    try:
        sequence_once()
    except LogDamaged:
        complain("日志树被改动过，没有签发新的检查点。请运行 dangan audit verify 查明。")
    except DatabaseError:
        complain("日志暂时没有入树，服务启动后会补上。")
