"""登录安全 in a browser: a security key is registered, signs in and stands by at a grave deed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.conftest import WIDE

from dangan.operations.demo.accounts import PASSWORD

LOGIN = "privacy"


@pytest.fixture
def with_key(service: str, chromium: Browser) -> Iterator[Page]:
    """A browser at the name ``localhost`` (keys know no addresses) with a key that says yes."""
    address = service.replace("127.0.0.1", "localhost")
    context = chromium.new_context(base_url=address, viewport=WIDE, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: (
            complaints.append(line.text) if "Content Security Policy" in line.text else None
        ),
    )
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()
    assert not complaints


def give_password(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("账号").fill(LOGIN)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def leave(page: Page) -> None:
    page.get_by_label("账号菜单").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/login/")


def test_a_key_is_registered_and_signs_in(
    with_key: Page, picture: Callable[[Page, str], None]
) -> None:
    page = with_key
    give_password(page)
    page.goto("/security/me/")
    expect(page.get_by_text("演示系统")).to_be_visible()
    page.get_by_role("link", name="添加", exact=True).click()
    page.get_by_label("名称").fill("办公室的钥匙")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("#recovery li")).to_have_count(10)
    codes = page.locator("#recovery code").all_inner_texts()
    picture(page, "factors-codes")
    with page.expect_download() as kept:
        page.get_by_role("button", name="下载").click()
    assert codes[0] in kept.value.path().read_text()
    page.get_by_role("link", name="已保存").click()
    expect(page.get_by_text("办公室的钥匙")).to_be_visible()
    picture(page, "factors-mine")

    leave(page)
    give_password(page)
    page.wait_for_url("**/login/second-step/")
    picture(page, "factors-second-step")
    page.goto("/people/")
    assert "/login/?next=" in page.url
    page.goto("/login/second-step/")
    page.get_by_role("button", name="用安全密钥验证").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))

    # A recovery code instead of the key; then the factor is given up again.
    leave(page)
    give_password(page)
    page.get_by_label("恢复码").fill(codes[0])
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
    page.goto("/security/me/")
    expect(page.get_by_text("10 个中还剩 9 个")).to_be_visible()
    page.get_by_role("button", name="移除").click()
    expect(page.get_by_text("安全密钥已移除")).to_be_visible()
