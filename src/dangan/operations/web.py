"""The WSGI application of a web process: ends with its parent, loads the roster early."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

from dangan.operations.health import clock
from dangan.operations.health.logs import catch_what_nobody_catches
from dangan.operations.listening import say_ready
from dangan.operations.processes import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")
application = get_wsgi_application()
catch_what_nobody_catches()


def _load_roster() -> None:
    from django.db import connection

    from dangan.operations.warm import load_roster

    try:
        load_roster()
    finally:
        connection.close()
        say_ready()


if "DANGAN_CHILD" in os.environ:
    end_with_parent()
    clock.watch()
    if "DANGAN_WARM" in os.environ:
        # The one we succeed still answers: we take nothing before we are as quick as it is.
        _load_roster()
    else:
        # The first person to open the roster should not wait for it; pages answer meanwhile.
        threading.Thread(target=_load_roster, name="roster", daemon=True).start()
