"""The definitions that ship: each loads, passes the checker, and reaches the desks it should."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tests.workflow.rules.kinds import KINDS, ROLES
from tests.workflow.rules.office import Office, run

import dangan.workflow
from dangan.workflow.rules.checking import check
from dangan.workflow.rules.definitions import Definition, parse, plain, walk

FOLDER = Path(dangan.workflow.__file__).parent / "data" / "definitions"
FILES = sorted(FOLDER.glob("*.toml"))


def load(name: str) -> Definition:
    return parse(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


def test_all_ready_definitions_are_there() -> None:
    assert {path.stem for path in FILES} == {
        "newcomer", "self_ordinary", "self_sensitive", "pay_change", "contract_change",
        "promotion", "transfer", "regularisation", "departure", "temporary_grant", "reveal",
        "handover", "rights_change",
        "consultation", "student_use", "copying", "provision", "destruction", "loan",
        "transfer_out", "leak",
    }  # fmt: skip


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_a_ready_definition_serves_without_a_warning(name: str) -> None:
    definition = load(name)
    kind = KINDS[definition.kind]
    assert definition.key == name
    assert check(definition, **kind._asdict(), roles=ROLES) == []
    assert parse(plain(definition)) == definition


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_everything_has_both_languages(name: str) -> None:
    definition = load(name)
    assert definition.label_en and definition.help and definition.help_en
    assert all(step.label_en for step in walk(definition.steps))


def passes(name: str, **facts: object) -> list[str]:
    """The steps of people that a case of 周 (initiator 何, HR) goes through."""
    return run(load(name), Office.usual(), initiator="何", subject="周", facts=facts)


def test_an_ordinary_change_needs_hr_only() -> None:
    office = Office.usual()
    definition = load("self_ordinary")
    assert run(definition, office, initiator="周", subject="周", facts={}) == ["hr"]


def test_touched_departments_review_a_sensitive_change_and_the_head_sees_no_confidential_one() -> (
    None
):
    assert passes("self_sensitive", top_class=3, owners=["hr"]) == ["head", "hr"]
    assert passes("self_sensitive", top_class=4, owners=["finance", "legal"]) == [
        "finance", "legal", "hr_manager",
    ]  # fmt: skip


def test_pay_passes_head_finance_and_leader() -> None:
    assert passes("pay_change", top_class=4) == ["head", "finance", "leader"]


def test_a_deleted_contract_goes_to_the_leader() -> None:
    assert passes("contract_change", top_class=3) == ["head", "legal"]
    assert passes("contract_change", top_class=3, deletes=True)[-1] == "leader_deletes"
    assert passes("contract_change", top_class=4)[-1] == "leader"


def test_a_promotion_passes_head_legal_finance_and_leader() -> None:
    assert passes("promotion", changes_contract=True) == ["head", "legal", "pay", "leader"]
    assert passes("promotion") == ["head", "pay", "leader"]


def test_a_transfer_passes_both_heads_and_is_checked_for_a_confidential_post() -> None:
    assert passes("transfer", new_unit="市场部") == ["old_head", "new_head", "equipment", "leader"]
    assert passes("transfer", new_unit="市场部", security_critical=True, changes_pay=True) == [
        "old_head", "new_head", "equipment", "secret_check", "pay", "leader",
    ]  # fmt: skip


def test_a_newcomer_is_confirmed_by_the_head_of_the_new_unit() -> None:
    assert passes("newcomer", new_unit="市场部", checked=True) == ["head", "leader"]
    assert passes("newcomer", new_unit="市场部") == ["checks", "head", "leader"]
    assert passes("newcomer", checked=True, security_critical=True)[0] == "secret_check"


def test_a_departure_is_signed_department_by_department() -> None:
    assert passes("departure", technical=True, short_notice=True) == [
        "short", "head", "administration", "leader", "agreement", "settlement",
        "handover_department", "handover_administration", "handover_it", "handover_archive",
        "secrecy", "secrecy_company", "hr",
    ]  # fmt: skip


def test_a_probation_not_passed_needs_legal_and_leader_together() -> None:
    assert passes("regularisation", outcome="passed") == ["summary", "assessment", "hr"]
    assert "grave" in passes("regularisation", outcome="failed")


def test_wide_or_conflicting_rights_need_more() -> None:
    assert passes("temporary_grant") == ["head", "hr"]
    assert passes("temporary_grant", over_broad=True, conflicting=True) == [
        "head", "hr", "leader_broad", "privacy",
    ]  # fmt: skip
    assert passes("rights_change", verb="revoke") == ["hr"]
    assert passes("rights_change", verb="revoke", role="it") == ["security"]
    assert passes("rights_change", verb="grant", over_broad=True) == ["head", "leader", "hr"]
    assert passes("reveal", top_class=5) == ["privacy", "leader"]
    assert passes("handover", variant="handover", sensitive=True) == ["head", "privacy", "it"]
    assert passes("handover", variant="reset") == ["head"]


@pytest.mark.parametrize(
    ("name", "facts", "steps"),
    [
        ("consultation", {"top_secrecy": 0}, ["check", "hr"]),
        ("consultation", {"top_secrecy": 1}, ["check", "hr"]),
        ("consultation", {"top_secrecy": 2}, ["check", "hr", "leader"]),
        ("consultation", {"top_secrecy": 3}, ["check", "hr", "leader"]),
        ("student_use", {}, ["check", "leader"]),
        ("copying", {}, ["approve"]),
        ("provision", {}, ["privacy", "leader"]),
    ],
)
def test_use_of_the_archive(name: str, facts: dict[str, object], steps: list[str]) -> None:
    assert [step for step in passes(name, **facts) if step != "unit"] == steps
