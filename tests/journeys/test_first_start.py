"""An empty installation in the browser: a code from the console, three people, and no such page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.conftest import ARTIFACTS, PHONE, STARTING, WIDE, _answers, _free_port

pytestmark = pytest.mark.journey
CHOSEN = "qidong-2026-mima"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """``dangan serve`` over an empty folder: its address and what it says on the console."""
    home = tmp_path_factory.mktemp("first")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DANGAN_")}
    environment |= {"DANGAN_HOME": str(home), "DANGAN_SECOND_FACTOR": "offered"}
    port, log = _free_port(), home / "serve.log"
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [str(Path(sys.executable).parent / "dangan"), "serve", "--port", str(port)],
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            began = time.monotonic()
            while not _answers(f"{address}/login/"):
                assert running.poll() is None, log.read_text()
                assert time.monotonic() - began < 2 * STARTING, log.read_text()
                time.sleep(0.3)
            yield address, log
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(60)


def test_from_the_consoles_code_to_three_administrators(
    empty: tuple[str, Path], chromium: Browser
) -> None:
    address, log = empty
    found = re.search(r"\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}\b", log.read_text())
    assert found, log.read_text()
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    first = chromium.new_page(viewport=WIDE, locale="zh-CN")  # type: ignore[arg-type]  # width and height
    first.goto(f"{address}/")
    expect(first.get_by_role("heading", name="第一位管理员")).to_be_visible()
    first.get_by_label("安装码").fill(found.group())
    first.get_by_label("账号名").fill("guan")
    first.get_by_label("姓名").fill("管一")
    first.get_by_label("新密码").fill(CHOSEN)
    first.get_by_label("再输一次").fill(CHOSEN)
    first.screenshot(path=ARTIFACTS / "first-1440.png")
    first.get_by_role("button", name="建立账号并登录").click()
    expect(first.get_by_role("heading", name="指定另外两位管理员")).to_be_visible()
    for card, login, name in (("安全管理员", "wuer", "安二"), ("审计员", "wusan", "审三")):
        part = first.locator("section").filter(
            has=first.get_by_role("heading", name=card, exact=True)
        )
        part.get_by_label("账号名").fill(login)
        part.get_by_label("姓名").fill(name)
        part.get_by_role("button", name="建立账号").click()
        code = first.locator("code.once").inner_text()
        first.screenshot(path=ARTIFACTS / f"first-{login}-1440.png")
        other = chromium.new_page(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]  # width and height
        other.goto(f"{address}/login/code/")
        other.locator("[name=login]").fill(login)
        other.locator("[name=code]").fill(code)
        other.locator("[name=new]").fill(CHOSEN)
        other.locator("[name=again]").fill(CHOSEN)
        other.locator("main button").first.click()
        other.get_by_label("账号").fill(login)
        other.locator("[name=password]").fill(CHOSEN)
        other.get_by_role("button", name="登录", exact=True).click()
        other.goto(f"{address}/sessions/")
        expect(other.get_by_text("这台设备")).to_be_visible()
        other.screenshot(path=ARTIFACTS / f"sessions-{login}-390.png")
        other.close()
    for page in ("/first-administrator/", "/first-administrator/appoint/"):
        answer = first.goto(f"{address}{page}")
        assert answer is not None
        assert answer.status == 404
    first.goto(f"{address}/networks/")
    first.screenshot(path=ARTIFACTS / "networks-1440.png")
    first.goto(f"{address}/keys/")
    first.screenshot(path=ARTIFACTS / "keys-1440.png")
    first.close()
