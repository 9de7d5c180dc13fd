"""The proxies that are delivered, as they are, before a running service: nginx and Caddy."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.homes import new_home
from tests.operations.service import Service, first_token, free_port, running

ROOT = Path(__file__).resolve().parents[2]
PROXY = ROOT / "deploy" / "proxy"
UNPACKED = ROOT / "build" / "proxies" / "usr"
"""Where scripts/system.sh puts what is not installed."""
INSIDE = "203.0.113.0/24"
"""Where alone the tests' HR manager may work; nobody is there."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Set up as behind a proxy, for one host name; without people."""
    with (
        new_home() as folder,
        running(
            folder / "home",
            DANGAN_HTTPS="true",
            DANGAN_ALLOWED_HOSTS='["localhost"]',
            DANGAN_PUBLIC_URL="https://localhost",
            DANGAN_ROLE_NETWORKS=json.dumps({"hr_manager": [INSIDE]}),
        ) as started,
    ):
        yield started


@dataclass(frozen=True)
class Front:
    """A running proxy."""

    secure: int
    plain: int

    def ask(self, path: str, **headers: str) -> httpx.Response:
        with _client() as client:
            return client.get(f"https://localhost:{self.secure}{path}", headers=headers)


def _client() -> httpx.Client:
    return httpx.Client(verify=False, timeout=30, follow_redirects=True)  # noqa: S501 - a certificate of its own


@contextmanager
def _kept_running(command: list[str], front: Front, log: Path, **env: str) -> Iterator[Front]:
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=env)
    try:
        deadline = time.monotonic() + 30
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                if front.ask("/login/").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        yield front
    finally:
        process.terminate()
        process.wait(20)


def _program(name: str) -> str:
    found = shutil.which(
        name, path=f"{os.environ['PATH']}:/usr/sbin:{UNPACKED}/sbin:{UNPACKED}/bin"
    )
    assert found, f"{name} is missing: sh scripts/system.sh"
    return found


@contextmanager
def nginx(service: Service, folder: Path) -> Iterator[Front]:
    """Only addresses and the place of the certificate are changed; a dead machine stands first."""
    front = Front(free_port(), free_port())
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(made, check=True, capture_output=True)
    text = (PROXY / "nginx.conf").read_text(encoding="utf-8")
    servers = f"server 127.0.0.1:{free_port()}; server 127.0.0.1:{service.port}"
    for old, new in (
        ("server 127.0.0.1:8000", servers),
        ("dangan.example.com", "localhost"),
        ("/etc/dangan/tls", str(folder)),
        ("listen 80;", f"listen 127.0.0.1:{front.plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{front.secure} "),
    ):
        assert old in text
        text = text.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr;"
        f"events {{}}\nhttp {{ {paths}\n{text}\n}}\n"
    )
    command = [_program("nginx"), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with _kept_running(command, front, folder / "nginx.log") as started:
        yield started


@contextmanager
def caddy(service: Service, folder: Path) -> Iterator[Front]:
    front = Front(free_port(), free_port())
    lines = ["admin off", "skip_install_trust", "default_bind 127.0.0.1"]
    lines += [f"http_port {front.plain}", f"https_port {front.secure}"]
    own = "\n".join(["{", *lines, "}", ""])
    file = folder / "Caddyfile"
    file.write_text(own + (PROXY / "Caddyfile").read_text(encoding="utf-8"))
    with _kept_running(
        [_program("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)],
        front,
        folder / "caddy.log",
        HOME=str(folder),
        DANGAN_SITE="localhost",
        DANGAN_UPSTREAMS=f"127.0.0.1:{free_port()} 127.0.0.1:{service.port}",
    ) as started:
        yield started


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, service: Service) -> Iterator[Front]:
    start: Callable[[Service, Path], AbstractContextManager[Front]] = request.param
    with new_home() as folder, start(service, folder) as started:
        yield started


@pytest.fixture(scope="module")
def token(service: Service) -> str:
    return first_token(service.environment)


def test_pages_come_through_with_what_protects_them(front: Front) -> None:
    """Also though the first of the machines behind it is dead."""
    for _ in range(4):
        page = front.ask("/login/")
        assert page.status_code == 200
        assert "max-age=31536000" in page.headers["strict-transport-security"]
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert "no-store" in page.headers["cache-control"]
        assert all(
            cookie.startswith("__Host-") and "Secure" in cookie
            for cookie in page.headers.get_list("set-cookie")
        )
        assert "1.22" not in page.headers["server"]


def test_whoever_comes_in_clear_is_sent_on_and_a_token_is_not(front: Front) -> None:
    with _client() as client:
        page = client.get(f"http://localhost:{front.plain}/login/", follow_redirects=False)
        assert page.status_code == 301
        assert page.headers["location"] == "https://localhost/login/"
        call = client.get(
            f"http://localhost:{front.plain}/api/v1/subjects", headers={"Authorization": "Bearer x"}
        )
        assert call.status_code == 403


@pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready"])
def test_what_operators_ask_is_not_told_outside(front: Front, path: str) -> None:
    assert front.ask(path).status_code == 404


def test_nobody_chooses_the_address_they_come_from(
    front: Front, service: Service, token: str
) -> None:
    """The role counts in a network where nobody is; to claim to be there changes nothing."""
    forged = {"X-Forwarded-For": "203.0.113.5", "Forwarded": "for=203.0.113.5"}
    told = front.ask("/api/v1/subjects", Authorization=f"Bearer {token}", **forged)
    assert told.status_code == 403, told.text
    # As the proxy would say it of somebody who is there.
    real = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https", "Host": "localhost"}
    status, _, body = service.ask("GET", "/api/v1/subjects", token=token, **real)
    assert status == 200, body


def test_a_request_gets_a_number_of_the_proxys(front: Front) -> None:
    chosen = "a" * 32
    given = front.ask("/login/", **{"X-Request-ID": chosen}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f-]{32,36}", given)
    assert given != chosen


def test_old_tls_is_refused(front: Front) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.ConnectError), httpx.Client(verify=context) as client:
        client.get(f"https://localhost:{front.secure}/login/")
