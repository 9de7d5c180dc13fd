"""The content policy and Trusted Types in a real browser: pages work, what acts is refused."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.journey

PAGES = ("/", "/people/", "/organization/", "/statistics/", "/problems/", "/me/", "/me/portrait/",
         "/flows/", "/notices/", "/dictionary/", "/help/", "/calendar/")  # fmt: skip


def tried(page: Page, script: str) -> str:
    """What came of a line of script in the page: its value, or the refusal."""
    return str(
        page.evaluate(
            f"() => {{ try {{ return String({script}) }} catch (e) {{ return e.name }} }}"
        )
    )


def test_active_content_does_not_reach_a_page(visit: Visit) -> None:
    page = visit("hr")
    page.goto("/help/")
    main = "document.querySelector('main')"
    assert tried(page, f"{main}.insertAdjacentHTML('beforeend', '<p id=ok>好</p>')") == "undefined"
    for evil in (
        "<template><a href=' java&#10;script:alert(1)'>x</a></template>",
        "<iframe src='/help/'></iframe>",
        "<script src='https://evil.example/x.js'></script>",
        "<base href='https://evil.example/'>",
        "<form><button formaction='javascript:alert(1)'>x</button></form>",
    ):
        assert tried(page, f"{main}.insertAdjacentHTML('beforeend', `{evil}`)") == "TypeError", evil
    foreign = "document.createElement('script').src = 'https://evil.example/x.js'"
    assert tried(page, foreign) == "TypeError"
    assert page.locator("main iframe, main script[src^='https:']").count() == 0


def test_nothing_personal_stays_in_the_browser(visit: Visit) -> None:
    page = visit("hrmanager")
    for address in PAGES:
        page.goto(address)
    page.goto("/people/")
    page.get_by_role("combobox").first.fill("王")
    page.wait_for_timeout(600)
    kept = page.evaluate("({local: {...localStorage}, session: {...sessionStorage}})")
    assert kept["local"] == {}
    assert set(kept["session"]) <= {"htmx-current-path-for-history"}
    assert page.evaluate("document.cookie") in {"", "dangan_rows=dense", "dangan_rows=roomy"}
    assert page.evaluate("caches.keys().then((keys) => keys.length)") == 0
