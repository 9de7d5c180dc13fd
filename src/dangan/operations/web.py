"""The WSGI application of a web process: ends with its parent, loads the roster early."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

from dangan.operations.processes import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")
application = get_wsgi_application()


def _load_roster() -> None:
    from django.db import connection

    from dangan.operations.warm import load_roster

    try:
        load_roster()
    finally:
        connection.close()


if "DANGAN_CHILD" in os.environ:
    end_with_parent()
    # The first person to open the roster should not wait for it; pages answer meanwhile.
    threading.Thread(target=_load_roster, name="roster", daemon=True).start()
