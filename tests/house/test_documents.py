"""What the documents promise exists; what the tree holds is fit for others' machines."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.test_command import commands

from dangan.config.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_COMMAND = re.compile(r"`(?:\$ )?dangan ([^`\n]*)`")
_MAKE = re.compile(r"(?:`|^|\$ )make ([a-z]+)", re.MULTILINE)
_REASONED = re.compile(r"type: ignore\[[a-z-]+(, ?[a-z-]+)*\]\s+#\s?\S")
_VARIABLE = re.compile(r"\bDANGAN_[A-Z_]+\b")


def tracked() -> Iterator[Path]:
    """The files that a clone would hold, those not yet committed included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            yield path


def _texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_a_document_names_exists(document: Path) -> None:
    known = commands()
    for words in _COMMAND.findall(document.read_text(encoding="utf-8")):
        parts = words.split()
        name = next((" ".join(parts[:n]) for n in (2, 1) if " ".join(parts[:n]) in known), None)
        group = parts and any(command.startswith(parts[0] + " ") for command in known)
        assert name or (group and len(parts) == 1), f"dangan {words}"
        for option in re.findall(r"--[a-z-]+", words):
            assert option in known.get(name or "", set()), f"dangan {words}: {option}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_target_a_document_names_is_in_the_makefile(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(_MAKE.findall(document.read_text(encoding="utf-8"))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_within_the_tree_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_setting_a_document_names_is_read(document: Path) -> None:
    known = {f"DANGAN_{name.upper()}" for name in Environment.model_fields}
    others = {"DANGAN_DEBUG", "DANGAN_TEST_HOME", "DANGAN_TEST_DATABASE"}
    assert set(_VARIABLE.findall(document.read_text(encoding="utf-8"))) <= known | others


def test_both_readmes_name_the_same_commands_and_settings() -> None:
    english, chinese = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
    )
    for pattern in (re.compile(r"`dangan ([a-z]+(?: [a-z]+)?)"), _VARIABLE, _MAKE):
        assert set(pattern.findall(english)) == set(pattern.findall(chinese))


def test_the_commands_of_ci_and_readme_are_one() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        first = (ROOT / "docs" / "decisions" / name).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith(f"# {name[:4]} "), name


def test_every_room_has_tests() -> None:
    source = ROOT / "src" / "dangan"
    rooms = {path.parent.name for path in source.glob("*/__init__.py")} - {"config", "materials"}
    within = {f"materials/{path.parent.name}" for path in source.glob("materials/*/__init__.py")}
    for room in rooms | within:
        assert list((ROOT / "tests" / room).glob("**/test_*.py")), room


def test_every_room_stands_in_the_map_and_in_the_import_order() -> None:
    rooms = {path.parent.name for path in (ROOT / "src" / "dangan").glob("*/__init__.py")}
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = " ".join(settings["tool"]["importlinter"]["contracts"][0]["layers"])
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for room in rooms:
        assert f"dangan.{room}" in layers, room
        assert f"  {room}/" in architecture, room


def test_nothing_of_one_machine_is_in_the_tree() -> None:
    """Neither its folders nor where it gets packages from."""
    forbidden = re.compile(
        r"(?:^|[\s\"'=(:])/(?:work|root|home/[a-z]+)/|--(?:extra-)?index-url|\bregistry\s*=\s*[\"\']?\w+://|trusted-host",
        re.MULTILINE,
    )
    hosts = re.compile(r'"resolved": "https?://(?!registry\.npmjs\.org/)')
    here = Path(__file__).relative_to(ROOT)
    for name, text in _texts():
        if name != str(here):
            assert not forbidden.search(text), f"{name}: {forbidden.search(text)}"
            assert not hosts.search(text), name


def test_files_stay_of_a_size_to_read() -> None:
    """A module past some four hundred lines becomes a package."""
    long = {
        name: text.count("\n")
        for name, text in _texts()
        if name.startswith("src/") and name.endswith(".py") and "/migrations/" not in name
        if text.count("\n") > 500
    }
    assert long == {}


def test_no_checker_is_silenced_without_a_reason() -> None:
    for name, text in _texts():
        if not name.endswith(".py"):
            continue
        for line in text.splitlines():
            if "type: ignore" in line and '"type: ignore' not in line:
                assert _REASONED.search(line), f"{name}: {line}"
