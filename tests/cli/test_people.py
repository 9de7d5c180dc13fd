"""``dangan people``: finding and showing, as the console and as an account."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cli.conftest import Dangan

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_somebody_is_found_by_number_and_shown(demo: Dangan) -> None:
    hits = demo("people", "search", "CY000012", "--json").document
    assert [hit["employee_number"] for hit in hits] == ["CY000012"]
    shown = demo("people", "show", hits[0]["subject"], "--json").document
    assert shown["sets"]["identity"][0]["values"]["name"]["text"] == hits[0]["name"]
    id_number = shown["sets"]["identity"][0]["values"]["id_number"]["value"]
    for number in ("CY000012", id_number):
        again = demo("people", "show", number, "--json").document
        assert again["subject"] == hits[0]["subject"]


def test_the_text_form_reads_like_a_file_card(demo: Dangan) -> None:
    shown = demo("people", "show", "CY000012")
    assert shown.code == 0
    assert "【基本信息】" in shown.said
    assert "  工号：CY000012" in shown.said
    found = demo("people", "search", "CY000012")
    assert found.said.splitlines()[0].split() == ["姓名", "工号", "部门", "职务", "档案编号"]


def test_a_past_day_shows_less(demo: Dangan) -> None:
    now = demo("people", "show", "CY000012", "--json").document
    past = (date(1990, 1, 1)).isoformat()
    before = demo("people", "show", "CY000012", "--as-of", past, "--json").document
    assert before["as_of"] == past
    assert len(before["sets"]) < len(now["sets"])
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    assert demo("people", "show", "CY000012", "--as-of", yesterday, "--json").document["sets"]


def test_an_account_acts_with_its_own_rights(demo: Dangan) -> None:
    console = demo("people", "show", "CY000012", "--json").document
    clerk = demo("people", "show", "CY000012", "--json", "--as", "hr").document
    masked = clerk["sets"]["identity"][0]["values"]["id_number"]
    assert console["sets"]["identity"][0]["values"]["id_number"]["showing"] == "plain"
    assert masked["showing"] == "masked"
    assert "value" not in masked
    assert "pay" in console["sets"]
    assert "pay" not in clerk["sets"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("people", "show", NOBODY), "没有找到"),
        (("people", "show", "CY999999"), "没有找到"),
        (("people", "show", "CY000012", "--as", "it"), "没有"),
        (("people", "search", "王", "--as", "employee"), "没有"),
        (("people", "search", "王", "--as", "nobody"), "没有这个账号"),
    ],
)
def test_refusals_are_sentences(demo: Dangan, arguments: tuple[str, ...], sentence: str) -> None:
    refused = demo(*arguments)
    assert refused.code == 1
    assert sentence in refused.complained
    assert "Traceback" not in refused.complained
    assert refused.said == ""


def test_a_wrong_option_is_explained(demo: Dangan) -> None:
    wrong = demo("people", "show", "CY000012", "--as-of", "31.12.2025")
    assert wrong.code == 2
    assert "Traceback" not in wrong.complained


def test_what_the_console_looks_at_is_logged(demo: Dangan) -> None:
    before = demo("audit", "verify", "--json").document
    demo("people", "show", "CY000012")
    after = demo("audit", "verify", "--json").document
    assert after["ok"]
    # The first check itself, and the look.
    assert after["events"] == before["events"] + 2
    assert after["waiting"] == 0
