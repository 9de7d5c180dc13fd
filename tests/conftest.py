"""Each process of the test run has an embedded PostgreSQL of its own.

Not only a database: an open transaction in one database holds up the log's sequencer and the
roster's watermark in every other of the same server.

The settings module is named here, not in pyproject.toml: pytest-django would load it before
this file has said where the tests' home is.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_OURS = "DANGAN_TEST_HOME" not in os.environ
if _OURS:  # workers of pytest-xdist inherit the choice of the process that starts them
    os.environ["DANGAN_TEST_HOME"] = tempfile.mkdtemp(prefix="dangan-test-")
    os.environ["DANGAN_TEST_HOME_GOES"] = "1"
_HOME = Path(os.environ["DANGAN_TEST_HOME"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["DANGAN_HOME"] = str(_HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")
# Most stories are about other things: those of tests/access/factors require second factors.
os.environ["DANGAN_SECOND_FACTOR"] = "offered"
# Playwright keeps an event loop running in this thread; Django would take it for an async view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from dangan.operations.postgres import EmbeddedServer  # noqa: E402

_SPEED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_server = EmbeddedServer(_HOME, extra=_SPEED).start()


def _leave() -> None:
    _server.stop_if_last()
    if _OURS:
        shutil.rmtree(_HOME.parent, ignore_errors=True)


atexit.register(_leave)

import django  # noqa: E402
import pytest  # noqa: E402

django.setup()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Workers choose their own home: with the settings named, they would be loaded for this one."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    os.environ.pop("DANGAN_HOME", None)


from django.conf import settings  # noqa: E402

# Argon2 as in production costs a quarter of a second a log-in; one story measures the real one.
settings.PASSWORD_HASHERS = ["tests.access.hashing.QuickArgon2"]

# Pages are asked without having collected the static files first.
(_HOME / "static").mkdir(parents=True, exist_ok=True)
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """A home made for this run goes whole, server and all: its databases need not be dropped
    first, which a connection that a killed process has left would prevent."""
    return "DANGAN_TEST_HOME_GOES" in os.environ


from tests.browsers import browser, cast  # noqa: E402, F401 - fixtures for all folders
from tests.soak.figures import (  # noqa: E402, F401 - `figure` and the table at the end
    figure,
    pytest_addoption,
    pytest_terminal_summary,
)
