"""What browsers can be made to do: redirects, forged forms and headers, scripts in texts."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.cast import Cast, written_events
from tests.security.conftest import PASSWORD, Join
from tests.security.test_browser_headers import unguarded

from dangan.access.queries import console_actor
from dangan.dossiers import actions
from dangan.dossiers.models import Change
from dangan.dossiers.rules import RowPlan
from dangan.organization import actions as organization

SCRIPT = "<script>alert(1)</script>"
BROKEN = "\"'><img src=x onerror=alert(1)>"
AWAY = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
        "https:evil.example", "\thttps://evil.example"]  # fmt: skip


@pytest.mark.parametrize("target", AWAY)
def test_no_redirect_leaves_the_house(cast: Cast, join: Join, target: str) -> None:
    member = join("hr_manager")
    given = {"login": member.login, "password": PASSWORD, "next": target}
    assert Client().post("/login/", given)["Location"] == "/"
    assert member.browser().get("/login/", {"next": target})["Location"] == "/"
    answer = Client().post("/language/", {"language": "en", "next": target})
    assert answer["Location"] == "/"


def test_a_redirect_within_the_house_works(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    given = {"login": member.login, "password": PASSWORD, "next": "/people/?page=2"}
    assert Client().post("/login/", given)["Location"] == "/people/?page=2"


def test_htmx_is_not_sent_away_by_a_forged_address(cast: Cast) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://x//evil.example/"}
    target = Client().get("/people/", headers=headers)["HX-Redirect"]
    assert target == "/login/?" + urlencode({"next": "//evil.example/"})
    assert Client().get(target).status_code == 200


def test_a_forged_host_is_refused(cast: Cast) -> None:
    assert Client().get("/login/", headers={"Host": "evil.example"}).status_code == 400


def test_a_forged_origin_of_the_request_counts_for_nothing(cast: Cast, join: Join) -> None:
    """Whoever claims another address with each try is locked out as anybody else."""
    member = join("hr_manager")
    for number in range(5):
        Client().post(
            "/login/",
            {"login": member.login, "password": "falsch2026"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )
    given = {"login": member.login, "password": PASSWORD}
    answer = Client().post("/login/", given, headers={"X-Forwarded-For": "10.9.9.9"})
    assert answer.status_code == 422 and "输错次数过多" in answer.content.decode()
    assert ("login.done", "done") not in written_events()


def pages(patterns: list[URLPattern | URLResolver], before: str = "/") -> list[str]:
    found = []
    for pattern in patterns:
        where = before + str(pattern.pattern)
        found += pages(pattern.url_patterns, where) if isinstance(pattern, URLResolver) else [where]
    return found


FILLED = {
    "<uuid:": "00000000-0000-4000-8000-000000000001",
    "<slug:": "contact",
    "<int:": "1",
    "<str:": "contact",
}


def filled(address: str) -> str:
    for kind, value in FILLED.items():
        while kind in address:
            start = address.index(kind)
            address = address[:start] + value + address[address.index(">", start) + 1 :]
    return address


WITHOUT_TOKEN = ("/api/", "/csp/", "/health/", "/metrics", "/sign-in/oidc/logout-notice/")
"""The API looks at no cookie; reports of the content policy, the questions whether we are well
and those for figures change nothing; the provider's notice of a log-out comes without a session
and is believed by its signature (OpenID Connect Back-Channel Logout 1.0 § 2.5)."""


def test_no_page_takes_a_form_without_its_token(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    for address in pages(get_resolver().url_patterns):
        if address.startswith(WITHOUT_TOKEN):
            continue
        browser = member.browser(enforce_csrf_checks=True)
        answer = browser.post(filled(address), {"name": "x"})
        assert answer.status_code in (403, 404, 405), address


def test_following_a_link_changes_nothing_and_every_answer_is_guarded(
    cast: Cast, join: Join
) -> None:
    """Whatever comes, a page, a refusal, a redirect or a file."""
    browser = join("hr_manager").browser()
    before = Change.objects.count()
    writes = {"record.write", "record.delete", "subject.create", "subject.state", "unit.create",
              "unit.close", "account.create", "account.reset", "rights.approve", "problem.scan",
              "token.create", "view.save"}  # fmt: skip
    known = len([event for event in written_events() if event[0] in writes])
    for address in pages(get_resolver().url_patterns):
        answer = browser.get(filled(address))
        assert unguarded(answer) == [], (address, answer.status_code)
    assert Change.objects.count() == before
    assert len([event for event in written_events() if event[0] in writes]) == known


OPEN_TO_ALL = (
    "/collect/", "/login/", "/csp/", "/health/", "/metrics", "/sign-in/oidc/callback/",
    "/sign-in/oidc/left/",
)  # fmt: skip
"""Without a session: the newcomer's form, the ways to sign in, reports, whether we are well; and
the way back from the provider, which is a way to sign in: it refuses what this browser did not
begin, with 403 and nothing of ours on the page. The page after logging out says only that."""


def test_no_page_of_a_stranger_answers_but_with_the_log_in(cast: Cast) -> None:
    for address in pages(get_resolver().url_patterns):
        if address.startswith("/api/"):
            continue
        if address.startswith(OPEN_TO_ALL):
            continue
        answer = Client().get(filled(address))
        assert answer.status_code in (302, 404, 405) or address == "/login/", address
        if answer.status_code == 302:
            assert answer["Location"].startswith("/login/"), address


@pytest.mark.parametrize("text", [SCRIPT, BROKEN])
def test_texts_of_people_stay_texts(cast: Cast, join: Join, text: str) -> None:
    console = console_actor()
    made = actions.create_subject(
        console,
        rows=[
            RowPlan("identity", {"name": text, "employee_number": "X9", "sex": "1"}),
            RowPlan("post", {"unit": str(cast.units["研发中心"]), "position": text}),
        ],
        reason=text,
        state="confirmed",
    )
    organization.set_head(console, unit=cast.units["财务部"], head=made.subject)
    organization.rename_unit(console, unit=cast.units["销售部"], name="\"'<b")
    browser = join("hr_manager").browser()
    person = f"/people/{made.subject}/"
    for address in ("/", "/people/?view=all", "/organization/", "/problems/", "/statistics/",
                    person, f"{person}history/", f"{person}?set=post", f"{person}looks/",
                    f"{person}state/"):  # fmt: skip
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page, address
        assert "\"'>" not in page, address
    hits = browser.post("/people/search/", {"q": "X9"}, headers={"HX-Request": "true"})
    assert (
        "<script>alert" not in hits.content.decode() and "<img src=x" not in hits.content.decode()
    )


def test_every_page_forbids_foreign_scripts_and_frames(cast: Cast, join: Join) -> None:
    answer = join("hr_manager").browser().get("/people/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
