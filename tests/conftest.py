"""One embedded PostgreSQL for the test run; each pytest-xdist worker has its own database in it.

The settings module is named here, not in pyproject.toml: pytest-django would load it before
this file has said where the tests' home is.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from pathlib import Path

_HOME = Path(os.environ.get("DANGAN_TEST_HOME", Path(tempfile.gettempdir()) / "dangan-test"))
os.environ["DANGAN_HOME"] = str(_HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")

from dangan.operations.postgres import EmbeddedServer  # noqa: E402

_SPEED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_server = EmbeddedServer(_HOME, extra=_SPEED).start()
atexit.register(_server.stop_if_last)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

# Pages are asked without having collected the static files first.
(_HOME / "static").mkdir(parents=True, exist_ok=True)
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
