"""Every attack that THREAT_MODEL.md names is tried by a test that exists."""

from __future__ import annotations

import re

from tests.house.test_asvs import ROOT, known_tests

NAMED = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")


def attacks() -> dict[str, list[tuple[str, str]]]:
    """Attack → (file, test) of those that try it."""
    text = (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8")
    table = text.partition("## Attacks, and the tests that try them")[2]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| ")]
    return {row[0].strip(): NAMED.findall(row[2]) for row in rows if row[0].strip() != "attack"}


def test_there_are_attacks_of_every_kind() -> None:
    assert len(attacks()) >= 60


def test_each_attack_is_tried_by_a_test_that_exists() -> None:
    missing = {
        attack: [f"{path}::{name}" for path, name in tests if name not in known_tests(path)]
        for attack, tests in attacks().items()
    }
    assert not {attack: names for attack, names in missing.items() if names}
    assert not [attack for attack, tests in attacks().items() if not tests]
