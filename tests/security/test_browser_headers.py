"""What every answer tells a browser: pages, fragments, errors, the API, files, static files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from tests.cast import Cast
from tests.security.conftest import PASSWORD, Join

from dangan.config.browser import UPLOADS_POLICY, content_policy, cookie_name, features
from dangan.ui.middleware import Headers

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def unguarded(answer: HttpResponse) -> list[str]:
    """What an answer of ours lacks."""
    found = [name for name, value in ALWAYS.items() if value not in answer.headers.get(name, "")]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy:
        found.append("Content-Security-Policy")
    if "camera=()" not in answer["Permissions-Policy"]:
        found.append("Permissions-Policy")
    if "same-origin" not in answer["Referrer-Policy"]:
        found.append("Referrer-Policy")
    return found


def test_every_answer_to_a_stranger_is_guarded(cast: Cast) -> None:
    stranger = Client(raise_request_exception=False)
    for address in ("/", "/login/", "/people/", "/absent/", "/help/", "/collect/", "/api/v1/x",
                    "/api/v1/subjects"):  # fmt: skip
        assert unguarded(stranger.get(address)) == [], address
    assert unguarded(stranger.get("/login/", headers={"Host": "evil.example"})) == []
    assert unguarded(stranger.post("/login/", {"login": "x", "password": "y"})) == []
    assert unguarded(stranger.generic("TRACE", "/login/")) == []


def test_an_error_of_ours_is_guarded_and_tells_nothing(
    cast: Cast, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("沈知微 330106199106122040")

    browser = join("hr_manager").browser(raise_request_exception=False)
    monkeypatch.setattr("dangan.roster.queries.page", broken)
    answer = browser.get("/people/")
    text = answer.content.decode()
    assert answer.status_code == 500 and unguarded(answer) == []
    assert "沈知微" not in text and "RuntimeError" not in text and "Traceback" not in text


def test_a_view_cannot_make_an_answer_cacheable() -> None:
    def careless(_request: object) -> HttpResponse:
        return HttpResponse("x", headers={"Cache-Control": "public, max-age=600", "ETag": '"1"'})

    answer = Headers(careless)(RequestFactory().get("/people/"))
    assert answer["Cache-Control"] == "no-store" and "ETag" not in answer
    program = Headers(careless)(RequestFactory().get("/api/v1/subjects"))
    assert program["Cache-Control"] == "no-store"
    assert program["ETag"] == '"1"'  # the version that If-Match names


def test_the_camera_is_open_where_labels_are_scanned_and_nowhere_else(
    cast: Cast, join: Join
) -> None:
    browser = join("archivist").browser()
    assert "camera=(self)" in browser.get("/archive/scan/")["Permissions-Policy"]
    assert "camera=()" in browser.get("/help/")["Permissions-Policy"]
    for one in ("microphone=()", "geolocation=()", "usb=()", "display-capture=()"):
        assert one in features(camera=True)


def test_pages_allow_own_files_only_and_text_never_becomes_a_script(cast: Cast, join: Join) -> None:
    policy = join(name="沈知微").browser().get("/me/")["Content-Security-Policy"]
    stated = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert stated["script-src"] == "'self'" and stated["style-src"] == "'self'"
    assert stated["require-trusted-types-for"] == "'script'"
    assert stated["trusted-types"] == "default dangan-inert"
    for name in ("object-src", "frame-src", "worker-src", "manifest-src", "media-src", "base-uri",
                 "frame-ancestors", "default-src"):  # fmt: skip
        assert stated[name] == "'none'", name
    assert stated["img-src"] == "'self' data:"
    assert stated["report-uri"] == "/csp/"


def test_only_pages_with_a_chosen_picture_show_what_is_not_sent_yet(cast: Cast, join: Join) -> None:
    browser = join(name="沈知微").browser()
    assert "blob:" in browser.get("/me/portrait/")["Content-Security-Policy"]
    assert "blob:" not in browser.get("/me/edit/")["Content-Security-Policy"]


def test_a_refusal_tells_no_number_of_statements(cast: Cast, join: Join) -> None:
    """Else it would tell a dossier that is out of reach from one that does not exist."""
    browser = join("hr_specialist", unit="华东公司").browser()
    beyond = browser.get(f"/people/{cast.people['罗文博']}/")
    absent = browser.get("/people/00000000-0000-4000-8000-000000000001/")
    assert beyond.status_code == absent.status_code == 404
    assert "Server-Timing" not in beyond and "Server-Timing" not in absent
    assert "Server-Timing" in browser.get("/help/")


def test_leaving_clears_what_the_browser_kept(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    browser = Client()
    browser.post("/login/", {"login": member.login, "password": PASSWORD})
    left = browser.post("/logout/")
    assert left["Clear-Site-Data"] == '"cache", "storage"'
    assert left.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert browser.get("/people/")["Location"].startswith("/login/")


def test_cookies_of_a_session_are_out_of_reach_of_scripts_and_of_other_sites(
    cast: Cast, join: Join
) -> None:
    member = join("hr_manager")
    browser = Client()
    browser.get("/login/")
    browser.post("/login/", {"login": member.login, "password": PASSWORD})
    browser.post("/language/", {"language": "en"})
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME,
                 settings.LANGUAGE_COOKIE_NAME):  # fmt: skip
        cookie = browser.cookies[name]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["domain"], name


def test_with_https_every_name_of_a_cookie_is_bound_to_the_host() -> None:
    assert cookie_name("session", https=True) == "__Host-dangan_session"
    assert cookie_name("collect", https=True, path=True) == "__Secure-dangan_collect"
    assert content_policy(https=True)["DIRECTIVES"]["upgrade-insecure-requests"] is True
    assert "upgrade-insecure-requests" not in content_policy(https=False)["DIRECTIVES"]


BEHIND_TLS = """
import json
import django
django.setup()
from django.conf import settings
from django.test import Client
secure = {"headers": {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}}
page = Client().get("/language/", **secure)
chosen = Client().post("/language/", {"language": "en"}, **secure)
typed = Client().get("/people/?page=2")
program = Client().get("/api/v1/subjects", headers={"Authorization": "Bearer x"})
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")
print(json.dumps({
    "names": [getattr(settings, name) for name in names],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE],
    "hsts": page["Strict-Transport-Security"],
    "policy": page["Content-Security-Policy"],
    "cookie": chosen.cookies.output(),
    "typed": [typed.status_code, typed.get("Location", "")],
    "program": program.status_code,
}))
"""


def test_behind_tls_browsers_insist_on_it(tmp_path: Path) -> None:
    """The settings as a deployment with https has them, in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DANGAN_")} | {
        "DANGAN_HOME": str(tmp_path),
        "DANGAN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DANGAN_HTTPS": "true",
        "DANGAN_PUBLIC_URL": "https://testserver",
        "DANGAN_ALLOWED_HOSTS": '["testserver"]',
        "DJANGO_SETTINGS_MODULE": "tests.security.without_statics",
    }
    told = subprocess.run(
        [sys.executable, "-c", BEHIND_TLS], env=environment, capture_output=True, text=True,
        check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found = json.loads(told.stdout.strip().splitlines()[-1])
    assert all(name.startswith("__Host-dangan_") for name in found["names"])
    assert found["secure"] == [True, True]
    assert found["hsts"] == "max-age=31536000; includeSubDomains"
    assert "upgrade-insecure-requests" in found["policy"]
    assert "Secure" in found["cookie"] and "Path=/" in found["cookie"]
    assert found["typed"] == [301, "https://testserver/people/?page=2"]
    assert found["program"] == 403


def test_what_is_not_a_page_runs_nothing_should_it_be_shown(cast: Cast, join: Join) -> None:
    browser = join("hr_manager").browser()
    exported = browser.get("/api/v1/openapi.json")
    assert exported["Content-Security-Policy"] == UPLOADS_POLICY
    assert exported["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("picture.png", b"<html><script>alert(1)</script></html>"),
        ("paper.pdf", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"),
    ],
)
def test_what_could_act_in_a_browser_is_not_taken_in(
    cast: Cast, join: Join, name: str, content: bytes
) -> None:
    """By content, whatever the name says: no HTML and no SVG is ever stored, so none is served."""
    browser = join(name="沈知微").browser()
    answer = browser.post("/me/portrait/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422


def test_no_answer_names_the_program_that_made_it(cast: Cast, join: Join) -> None:
    answer = join("hr_manager").browser().get("/people/")
    assert answer["Server"] == "dangan" and not {"X-Powered-By", "Via"} & set(answer.headers)
    assert not re.search(r"django|granian|python", str(answer.headers), re.IGNORECASE)
