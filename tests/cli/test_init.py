"""``dangan init`` and the first start of anything."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from tests.cli.conftest import Dangan
from tests.homes import new_home

from dangan.operations.postgres import running_pid

ORG = "path,type\n示例集团,group\n示例集团/华东公司,company\n示例集团/华东公司/财务部,department\n"


def test_it_makes_units_and_a_first_account(empty: Dangan, tmp_path: Path) -> None:
    file = tmp_path / "org.csv"
    file.write_text(ORG, encoding="utf-8")
    made = empty("init", "--org", file, "--admin", "guanli")
    assert made.code == 0, made.complained
    assert "3 个单位" in made.said
    assert "初始密码" in made.said
    again = empty("init", "--org", file)
    assert again.code == 0
    assert "0 个单位" in again.said


def test_a_name_that_is_taken_is_refused(empty: Dangan) -> None:
    empty("init", "--admin", "chongfu")
    taken = empty("init", "--admin", "chongfu")
    assert taken.code == 1
    assert "已被使用" in taken.complained


def test_secrets_are_for_the_owner_only(empty: Dangan, empty_home: Path) -> None:
    empty("init")
    for name in ("root.key", "session.key"):
        assert stat.S_IMODE((empty_home / name).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a,b\n1,2\n", "path"),
        ("path,type\n某集团,部落\n".encode(), "第 2 行"),
    ],
)
def test_a_bad_file_changes_nothing(
    empty: Dangan, tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "org.csv"
    file.write_bytes(content)
    refused = empty("init", "--org", file)
    assert refused.code == 2
    assert sentence in refused.complained
    assert "Traceback" not in refused.complained


def test_a_file_that_is_not_there_is_said_so(empty: Dangan) -> None:
    refused = empty("init", "--org", "/nowhere/org.csv")
    assert refused.code == 2
    assert "没有文件 /nowhere/org.csv" in refused.complained


def test_it_starts_the_database_and_leaves_none_behind() -> None:
    with new_home() as home:
        assert Dangan(home)("init").code == 0
        assert running_pid(home / "pg") is None
        assert Dangan(home)("people", "search", "王").code == 0
        assert running_pid(home / "pg") is None


def test_a_bad_setting_is_named(empty: Dangan) -> None:
    refused = empty("people", "search", "王", DANGAN_CIPHER_SUITE="rot13")
    assert refused.code == 2
    assert "DANGAN_CIPHER_SUITE" in refused.complained
    assert "Traceback" not in refused.complained
