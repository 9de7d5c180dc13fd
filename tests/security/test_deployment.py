"""What the examples of deployment promise: TLS, rights of services, what is installed."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = {"pytest", "ruff", "mypy", "playwright", "moto", "mutmut", "schemathesis", "hypothesis"}


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_proxy_speaks_tls_of_today_only() -> None:
    nginx, caddy = _read("deploy/proxy/nginx.conf"), _read("deploy/proxy/Caddyfile")
    (spoken,) = re.findall(r"ssl_protocols\s+([^;]+);", nginx)
    assert set(spoken.split()) == {"TLSv1.2", "TLSv1.3"}
    (ciphers,) = re.findall(r"ssl_ciphers\s+([^;]+);", nginx)
    assert all(
        name.startswith("ECDHE-") and ("GCM" in name or "POLY1305" in name)
        for name in ciphers.strip().split(":")
    )
    assert re.search(r"protocols\s+tls1\.2\s+tls1\.3", caddy)


def test_the_proxy_lets_nobody_choose_an_address_or_reach_the_figures() -> None:
    nginx = _read("deploy/proxy/nginx.conf")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "proxy_add_x_forwarded_for" not in nginx
    assert "location = /metrics { return 404; }" in nginx
    assert "location /api/ { return 403; }" in nginx, "programs are not sent on from http"


def test_services_run_with_as_little_as_they_need() -> None:
    units = sorted((ROOT / "deploy/systemd").glob("*.service"))
    assert units
    for unit in units:
        text = unit.read_text(encoding="utf-8")
        for line in ("User=dangan", "NoNewPrivileges=yes", "ProtectSystem=strict",
                     "CapabilityBoundingSet=\n", "UMask=0077"):  # fmt: skip
            assert line in text, f"{unit.name}: {line}"


def test_every_dependency_is_locked_with_its_digests() -> None:
    for name in ("requirements/app.txt", "requirements/dev.txt"):
        entries = re.split(r"\n(?=[a-z0-9])", _read(name))
        locked = [entry for entry in entries if re.match(r"[a-z0-9][\w.\[\]-]*==", entry)]
        assert len(locked) > 30
        assert all("--hash=sha256:" in entry for entry in locked), name


def test_what_runs_needs_no_tools_of_developers() -> None:
    installed = {line.partition("==")[0] for line in _read("requirements/app.txt").splitlines()}
    assert not installed & TOOLS
