"""Would the tests notice? What makes mutants works, and how many of them the tests tell."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.soak.figures import Figure

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "mutate.py"
DATA = ROOT / "tests" / "soak" / "data"
ROOMS: dict[str, Any] = tomllib.loads((DATA / "mutation.toml").read_text(encoding="utf-8"))
SOURCE = '''
"""A module."""

LIMIT = 3


class Door:
    @property
    def open(self) -> bool:
        """Whether it is."""
        return self.key is not None and not self.shut


def fits(size: int, names: list[str]) -> bool:
    if size < LIMIT:
        raise ValueError("too small")
    log("这句话给人看", "key")
    ask("SELECT EXISTS (SELECT 1)")
    return size + 1 in {len(name) for name in names if name}
'''


@pytest.fixture(scope="module")
def mutate() -> ModuleType:
    found = importlib.util.spec_from_file_location("mutate", SCRIPT)
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    sys.modules["mutate"] = module
    found.loader.exec_module(module)
    return module


def test_decisions_are_turned_round_and_sentences_left_alone(mutate: ModuleType) -> None:
    made = [(one.function, one.was, one.becomes) for one in mutate.mutants_of("m", SOURCE)]
    assert ("fits", "size < LIMIT", "size <= LIMIT") in made
    assert ("fits", "raise ValueError('too small')", "pass") in made
    assert ("fits", "size + 1", "size - 1") in made
    assert ("fits", "1", "2") in made
    assert ("fits", "name", "not name") in made
    assert ("fits", "'key'", "'keyX'") in made
    assert ("fits", "'SELECT EXISTS (SELECT 1)'", "'XSELECT EXISTS (SELECT 1)'") in made
    assert ("Door.open", "self.key is not None", "self.key is None") in made
    assert ("Door.open", "not self.shut", "self.shut") in made
    assert not any("这句话" in was and "X" in becomes for _, was, becomes in made if "(" not in was)
    assert not any("small" in was and becomes.startswith("'") for _, was, becomes in made)


def test_a_mutant_differs_in_one_place_and_compiles(mutate: ModuleType) -> None:
    for one in mutate.mutants_of("m", SOURCE):
        code = mutate.code_of(one, SOURCE, "m.py")
        assert code.co_qualname == one.function
    assert ast.unparse(ast.parse(SOURCE))


def test_equivalent_mutants_have_reasons_and_exist(mutate: ModuleType) -> None:
    table = tomllib.loads((DATA / "equivalent_mutants.toml").read_text(encoding="utf-8"))
    for item in table["mutant"]:
        path = ROOT / "src" / f"{item['module'].replace('.', '/')}.py"
        made = mutate.mutants_of(item["module"], path.read_text(encoding="utf-8"))
        known = {(one.function, one.was, one.becomes) for one in made}
        assert (item["function"], item["was"], item["becomes"]) in known, item
        assert len(item["reason"]) > 20, item


@pytest.mark.soak
@pytest.mark.parametrize("room", ROOMS)
def test_the_tests_notice_nine_of_ten_mutants(room: str, figure: Figure, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), room, "--report", str(report)],
        env=kept | {"DANGAN_TEST_HOME": str(tmp_path / "home")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = json.loads(report.read_text(encoding="utf-8"))
    print(done.stdout)
    assert found["failed_before"] == []
    score, made = 100 * found["score"], found["mutants"]
    figure(f"mutation score, {room} ({made} mutants)", score, "≥ 90 %", score >= 90, "%")
