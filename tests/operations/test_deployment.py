"""What is delivered beside the program fits it: units, containers, proxies, the bill of materials.

Containers are not built here, for want of an engine and of base images: what can be told without
them is. The proxies are run by test_proxies.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cli.test_command import commands

from dangan.config.environment import Environment, file_store
from dangan.operations.postgres import settings_of

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
_VARIABLE = re.compile(r"\bDANGAN_[A-Z_]+\b")
_OWN = {"DANGAN_WARM", "DANGAN_SITE", "DANGAN_UPSTREAMS"}


def _texts() -> dict[str, str]:
    files = (path for path in DEPLOY.rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}


def test_every_setting_named_there_is_read() -> None:
    known = {f"DANGAN_{name.upper()}" for name in Environment.model_fields} | _OWN
    for name, text in _texts().items():
        assert set(_VARIABLE.findall(text)) <= known, name


def test_every_command_run_there_exists() -> None:
    known = commands()
    for unit in UNITS:
        line = re.search(r"^ExecStart=\S+/dangan (.+)$", unit.read_text(), re.MULTILINE)
        assert line is not None, unit.name
        words = [word for word in line[1].split() if not word.startswith(("-", "/"))]
        assert " ".join(words) in known, unit.name
    for name, service in _compose()["services"].items():
        if str(service.get("image")) == "dangan":
            assert service["command"][0] in known, name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_expose_little(unit: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    assert score is not None, told.stderr
    assert float(score[1]) <= 1.5
    text = unit.read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "LimitCORE=0"):
        assert line in text
    assert re.search(r"^CapabilityBoundingSet=$", text, re.MULTILINE)


def _compose() -> Any:
    return yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))


def test_the_composition_is_whole_and_grants_nothing() -> None:
    found = _compose()
    services, volumes = found["services"], set(found["volumes"])
    webs = [name for name, s in services.items() if s.get("command", [None])[0] == "web"]
    assert len(webs) >= 2
    for name, service in services.items():
        for other in service.get("depends_on", ()):
            assert other in services, name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in volumes or source.startswith("."), name
        if service.get("image") == "dangan":
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert "no-new-privileges:true" in service["security_opt"]
        else:
            assert ":latest" not in service["image"]
            assert ":" in service["image"].rpartition("/")[2]
    assert [name for name, s in services.items() if "ports" in s] == ["proxy"]


def test_addresses_of_the_composition_are_understood() -> None:
    given = _compose()["x-dangan"]["environment"]
    assert file_store(given["DANGAN_FILES_URL"]).bucket == "dangan-files"
    assert settings_of(given["DANGAN_DATABASE_URL"])["USER"] == "dangan_app"
    assert json.loads(given["DANGAN_ALLOWED_HOSTS"])


def test_several_hosts_are_tried_until_one_takes_writes() -> None:
    found = settings_of("postgresql://app:p%40ss@a:1,b:2/dangan?sslmode=verify-full")
    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("a,b", "1,2", "p@ss")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert "target_session_attrs" not in settings_of("postgresql://app@a/dangan")["OPTIONS"]


def test_the_container_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    stages = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(stages) == 3
    assert all(":" in stage and not stage.endswith(":latest") for stage in stages)
    assert text.count("--require-hashes") == 2
    # What the base image has of it is too old for this project's own description.
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert wanted == ["setuptools>=77"]
    locked = (ROOT / "requirements" / "build.txt").read_text()
    assert int(re.search(r"^setuptools==(\d+)", locked, re.MULTILINE)[1]) >= 77  # type: ignore[index]  # or it fails
    last = text[text.rindex("FROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in source.split():
            assert (ROOT / name).exists(), name


def test_proxies_speak_tls_12_and_13_only_and_say_themselves_where_people_come_from() -> None:
    nginx = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text(encoding="utf-8")
    assert re.search(r"ssl_protocols\s+TLSv1.2 TLSv1.3;", nginx)
    assert "protocols tls1.2 tls1.3" in caddy
    assert "X-Forwarded-For $remote_addr" in nginx, "set, not added to"
    assert "proxy_add_x_forwarded_for" not in nginx
    assert "header_up X-Forwarded-For {remote_host}" in caddy
    for text in (nginx, caddy):
        assert "X-Request-ID" in text
        assert "/metrics" in text
    assert "access_log off" in nginx


# --- the bill of materials -----------------------------------------------------------------

ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|0BSD|Zlib|CC0|OFL|MPL|Mozilla|HPND"
    r"|LGPL|Lesser General Public|Unlicense|dependency licenses|Zope",
    re.IGNORECASE,
)
"""Licences that a program under Apache-2.0 may be delivered with; of the LGPL libraries that are
used as they are, and can be replaced by whoever installs."""
FORBIDDEN = re.compile(r"(?<!Lesser )(?<!L)\bA?GPL|Affero|(?<!Lesser )General Public License v")
SAY_NOTHING = {"pyrage": "MIT", "@tabler/icons-webfont": "MIT"}
"""Packages whose files name no licence; looked up at their source."""


@pytest.fixture(scope="module")
def bills() -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "sbom.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {
        name: json.loads((ROOT / "build" / f"sbom-{name}.json").read_text(encoding="utf-8"))
        for name in ("python", "npm")
    }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_locked_package_is_in_the_bill_with_its_version(
    bills: dict[str, dict[str, Any]],
) -> None:
    locked = re.findall(
        r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)",
        (ROOT / "requirements" / "app.txt").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(locked) > 50
    told = {(_plain(c["name"]), c["version"]) for c in bills["python"]["components"]}
    assert {(_plain(name), version) for name, version in locked} <= told
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = {
        (path.rpartition("node_modules/")[2], package["version"])
        for path, package in lock.items()
        if path
    }
    assert wanted == {(c["name"], c["version"]) for c in bills["npm"]["components"]}
    assert all(bill["bomFormat"] == "CycloneDX" for bill in bills.values())


def test_every_licence_may_be_delivered_with_ours(bills: dict[str, dict[str, Any]]) -> None:
    for bill in bills.values():
        for component in bill["components"]:
            told = json.dumps(component.get("licenses") or SAY_NOTHING.get(component["name"], ""))
            assert ALLOWED.search(told), f"{component['name']}: {told}"
            assert not FORBIDDEN.search(told), f"{component['name']}: {told}"
