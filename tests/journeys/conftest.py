"""The whole service as users run it, in a home of its own, and browsers before it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dangan.operations.demo.accounts import PASSWORD

CHROMIUM = "/usr/bin/chromium"
ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "journeys"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
STARTING = 120
PERSONS = "30"

Visit = Callable[..., Page]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def serving(home: Path, persons: str) -> Iterator[str]:
    """``dangan serve`` with a demonstration organisation of that size; gives its address."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DANGAN_")}
    environment["DANGAN_HOME"] = str(home)
    port = _free_port()
    environment["DANGAN_PUBLIC_URL"] = f"http://localhost:{port}"  # security keys need a name
    dangan = [str(Path(sys.executable).parent / "dangan")]
    subprocess.run(
        [*dangan, "demo", "--persons", persons], env=environment, check=True, capture_output=True
    )
    log = (home / "serve.log").open("wb")
    running = subprocess.Popen(
        [*dangan, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        began = time.monotonic()
        while not _answers(f"{address}/login/"):
            assert running.poll() is None, (home / "serve.log").read_text()
            assert time.monotonic() - began < STARTING, (home / "serve.log").read_text()
            time.sleep(0.3)
        yield address
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)
        log.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole service with few people; modules that need the full demonstration override it."""
    with serving(tmp_path_factory.mktemp("home"), PERSONS) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(service: str, chromium: Browser) -> Iterator[Visit]:
    """``visit("hr")`` is a page in which that demo account has logged in; ``phone`` for 390 px.

    A script error, a refused style or a failed request on any page fails the journey.
    """
    contexts = []
    complaints: list[str] = []

    def log_in(login: str, *, phone: bool = False) -> Page:
        context = chromium.new_context(
            base_url=service, viewport=PHONE if phone else WIDE, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text)
                if any(word in line.text for word in ("Content Security Policy", "TrustedHTML"))
                else None
            ),
        )
        page.goto("/login/")
        page.get_by_label("账号").fill(login)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(f"{service}/")
        return page

    yield log_in
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a screenshot as a test artefact, once nothing is loading any more."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=ARTIFACTS / f"{name}.png")

    return keep
