"""What docs/asvs.csv and docs/dengbao3.csv claim is shown by tests that exist.

The rows are OWASP ASVS 5.0.0 by number: levels 1 and 2, and level 3 of cryptography,
authorization and logging. A row says in our own words what we do.
"""

from __future__ import annotations

import ast
import csv
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATUSES = {"met", "not_applicable", "not_met"}
REQUIRED = """
V1.1.1:2 V1.1.2:2 V1.2.1:1 V1.2.2:1 V1.2.3:1 V1.2.4:1 V1.2.5:1 V1.2.6:2 V1.2.7:2 V1.2.8:2
V1.2.9:2 V1.3.1:1 V1.3.2:1 V1.3.3:2 V1.3.4:2 V1.3.5:2 V1.3.6:2 V1.3.7:2 V1.3.8:2 V1.3.9:2
V1.3.10:2 V1.3.11:2 V1.4.1:2 V1.4.2:2 V1.4.3:2 V1.5.1:1 V1.5.2:2 V2.1.1:1 V2.1.2:2 V2.1.3:2
V2.2.1:1 V2.2.2:1 V2.2.3:2 V2.3.1:1 V2.3.2:2 V2.3.3:2 V2.3.4:2 V2.4.1:2 V3.2.1:1 V3.2.2:1
V3.3.1:1 V3.3.2:2 V3.3.3:2 V3.3.4:2 V3.4.1:1 V3.4.2:1 V3.4.3:2 V3.4.4:2 V3.4.5:2 V3.4.6:2
V3.5.1:1 V3.5.2:1 V3.5.3:1 V3.5.4:2 V3.5.5:2 V3.7.1:2 V3.7.2:2 V4.1.1:1 V4.1.2:2 V4.1.3:2
V4.2.1:2 V4.3.1:2 V4.3.2:2 V4.4.1:1 V4.4.2:2 V4.4.3:2 V4.4.4:2 V5.1.1:2 V5.2.1:1 V5.2.2:1
V5.2.3:2 V5.3.1:1 V5.3.2:1 V5.4.1:2 V5.4.2:2 V5.4.3:2 V6.1.1:1 V6.1.2:2 V6.1.3:2 V6.2.1:1
V6.2.2:1 V6.2.3:1 V6.2.4:1 V6.2.5:1 V6.2.6:1 V6.2.7:1 V6.2.8:1 V6.2.9:2 V6.2.10:2 V6.2.11:2
V6.2.12:2 V6.3.1:1 V6.3.2:1 V6.3.3:2 V6.3.4:2 V6.4.1:1 V6.4.2:1 V6.4.3:2 V6.4.4:2 V6.5.1:2
V6.5.2:2 V6.5.3:2 V6.5.4:2 V6.5.5:2 V6.6.1:2 V6.6.2:2 V6.6.3:2 V6.8.1:2 V6.8.2:2 V6.8.3:2
V6.8.4:2 V7.1.1:2 V7.1.2:2 V7.1.3:2 V7.2.1:1 V7.2.2:1 V7.2.3:1 V7.2.4:1 V7.3.1:2 V7.3.2:2
V7.4.1:1 V7.4.2:1 V7.4.3:2 V7.4.4:2 V7.4.5:2 V7.5.1:2 V7.5.2:2 V7.6.1:2 V7.6.2:2 V8.1.1:1
V8.1.2:2 V8.1.3:3 V8.1.4:3 V8.2.1:1 V8.2.2:1 V8.2.3:2 V8.2.4:3 V8.3.1:1 V8.3.2:3 V8.3.3:3
V8.4.1:2 V8.4.2:3 V9.1.1:1 V9.1.2:1 V9.1.3:1 V9.2.1:1 V9.2.2:2 V9.2.3:2 V9.2.4:2 V10.1.1:2
V10.1.2:2 V10.2.1:2 V10.2.2:2 V10.3.1:2 V10.3.2:2 V10.3.3:2 V10.3.4:2 V10.4.1:1 V10.4.2:1
V10.4.3:1 V10.4.4:1 V10.4.5:1 V10.4.6:2 V10.4.7:2 V10.4.8:2 V10.4.9:2 V10.4.10:2 V10.4.11:2
V10.5.1:2 V10.5.2:2 V10.5.3:2 V10.5.4:2 V10.5.5:2 V10.6.1:2 V10.6.2:2 V10.7.1:2 V10.7.2:2
V10.7.3:2 V11.1.1:2 V11.1.2:2 V11.1.3:3 V11.1.4:3 V11.2.1:2 V11.2.2:2 V11.2.3:2 V11.2.4:3
V11.2.5:3 V11.3.1:1 V11.3.2:1 V11.3.3:2 V11.3.4:3 V11.3.5:3 V11.4.1:1 V11.4.2:2 V11.4.3:2
V11.4.4:2 V11.5.1:2 V11.5.2:3 V11.6.1:2 V11.6.2:3 V11.7.1:3 V11.7.2:3 V12.1.1:1 V12.1.2:2
V12.1.3:2 V12.2.1:1 V12.2.2:1 V12.3.1:2 V12.3.2:2 V12.3.3:2 V12.3.4:2 V13.1.1:2 V13.2.1:2
V13.2.2:2 V13.2.3:2 V13.2.4:2 V13.2.5:2 V13.3.1:2 V13.3.2:2 V13.4.1:1 V13.4.2:2 V13.4.3:2
V13.4.4:2 V13.4.5:2 V14.1.1:2 V14.1.2:2 V14.2.1:1 V14.2.2:2 V14.2.3:2 V14.2.4:2 V14.3.1:1
V14.3.2:2 V14.3.3:2 V15.1.1:1 V15.1.2:2 V15.1.3:2 V15.2.1:1 V15.2.2:2 V15.2.3:2 V15.3.1:1
V15.3.2:2 V15.3.3:2 V15.3.4:2 V15.3.5:2 V15.3.6:2 V15.3.7:2 V16.1.1:2 V16.2.1:2 V16.2.2:2
V16.2.3:2 V16.2.4:2 V16.2.5:2 V16.3.1:2 V16.3.2:2 V16.3.3:2 V16.3.4:2 V16.4.1:2 V16.4.2:2
V16.4.3:2 V16.5.1:2 V16.5.2:2 V16.5.3:2 V16.5.4:3 V17.1.1:2 V17.2.1:2 V17.2.2:2 V17.2.3:2
V17.2.4:2 V17.3.1:2 V17.3.2:2
"""
"""Every requirement by number and level."""
DENGBAO = {f"{number:02d}" for number in range(1, 36)} - {"16"}
RECORD = ROOT / "docs" / "decisions" / "0036-browser-and-asvs.md"
WRITTEN = (
    "What input is valid", "Limits", "Uploads", "Ways to sign in", "Sessions", "Rights",
    "Surroundings", "Keys and algorithms", "Connections", "Protection by class", "Patching",
    "Costly work", "Logs",
)  # fmt: skip
"""What the standard wants described; each is a section of the record that says where it is."""


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "docs" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache
def known_tests(path: str) -> frozenset[str]:
    """Names of the tests of a file, ``TestX::test_y`` within a class; none without the file."""
    if not (ROOT / path).is_file():
        return frozenset()
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}::{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test_")
            }
    return frozenset(found)


def faults(row: dict[str, str]) -> list[str]:
    """What is wrong with one row."""
    found = []
    if row["status"] not in STATUSES:
        found.append("no such status")
    if not row["topic"].strip() or len(row["how_or_why"].strip()) < 4:
        found.append("says too little")
    named = row["test"].split()
    if row["status"] == "met" and not named:
        found.append("nothing shows it")
    for name in named:
        path, _, test = name.partition("::")
        if test not in known_tests(path):
            found.append(f"no such test: {name}")
    return found


def test_every_requirement_has_one_row_with_its_level() -> None:
    required = dict(item.split(":") for item in REQUIRED.split())
    given = [row["id"] for row in rows("asvs.csv")]
    assert sorted(given) == sorted(required)
    assert {row["id"]: row["level"] for row in rows("asvs.csv")} == required


def test_every_item_of_dengbao_has_one_row() -> None:
    given = [row["item"] for row in rows("dengbao3.csv")]
    assert len(given) == len(set(given)) and set(given) == DENGBAO


@pytest.mark.parametrize("name", ["asvs.csv", "dengbao3.csv"])
def test_what_is_claimed_is_shown(name: str) -> None:
    wrong = {row.get("id") or row["item"]: faults(row) for row in rows(name)}
    assert {key: found for key, found in wrong.items() if found} == {}


def test_nothing_of_level_one_is_left_open() -> None:
    open_rows = [
        r["id"] for r in rows("asvs.csv") if r["level"] == "1" and r["status"] == "not_met"
    ]
    assert open_rows == []


def test_a_claim_without_a_test_would_be_found() -> None:
    row = {"topic": "x", "how_or_why": "有做法的", "status": "met", "test": ""}
    assert faults(row) == ["nothing shows it"]
    assert faults(row | {"test": "tests/house/test_asvs.py::test_absent"})
    assert faults(row | {"test": "tests/absent.py::test_x", "status": "not_met"})
    assert not faults(row | {"test": "tests/house/test_asvs.py::test_what_is_claimed_is_shown"})
    assert faults(row | {"status": "mostly", "test": ""}) == ["no such status"]


@pytest.mark.parametrize("title", WRITTEN)
def test_what_the_standard_wants_written_is_written(title: str) -> None:
    text = RECORD.read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n### {title}\n")
    assert found, title
    assert len(rest.partition("\n### ")[0].strip()) > 80, title
