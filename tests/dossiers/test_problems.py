"""Problem tickets: opened by a check, mended by a correction, dismissed with words."""

from __future__ import annotations

import pytest
from tests.cast import written_events

from dangan.access.queries import system_actor
from dangan.access.rules import Absent, Refused
from dangan.dossiers import actions, queries
from dangan.dossiers.models import Problem
from dangan.dossiers.rules import InvalidRecord, RowPlan
from dangan.dossiers.scanning import scan_all


def add_experience(actor, subject, start, end, employer="甲公司"):
    return actions.save_row(
        actor, subject=subject, info_set="work_experience", row=None, base_version=0,
        values={"start": start, "end": end, "employer": employer, "position": "职员"},
    )  # fmt: skip


@pytest.fixture
def gap(cast):
    """沈知微's résumé is silent for two years."""
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    add_experience(hr, shen, "2009-07", "2011-06")
    second = add_experience(hr, shen, "2013-07", "2016-06", "乙公司")
    return cast, hr, shen, second.rows[0]


def test_a_gap_in_the_resume_opens_one_ticket(gap):
    _cast, hr, shen, _row = gap
    found = [p for p in queries.problems(hr, subject=shen).problems if p.code == "work_gap"]
    assert len(found) == 1
    assert "2011" in found[0].message
    scan_all(system_actor())
    assert Problem.objects.filter(subject=shen, code="work_gap").count() == 1


def test_closing_the_gap_mends_the_ticket(gap):
    _cast, hr, shen, _row = gap
    add_experience(hr, shen, "2011-07", "2013-06", "丙公司")
    assert Problem.objects.get(subject=shen, code="work_gap").state == "fixed"


def test_a_dismissed_ticket_stays_dismissed(gap):
    _cast, hr, shen, _row = gap
    ticket = Problem.objects.get(subject=shen, code="work_gap")
    actions.close_problem(hr, problem=ticket.id, fixed=False, note="脱产照顾家人，已核实")
    scan_all(system_actor())
    assert Problem.objects.get(subject=shen, code="work_gap").state == "dismissed"
    assert ("problem.close", "done") in written_events(hr)


def test_a_ticket_is_not_closed_without_words(gap):
    _cast, hr, shen, _row = gap
    ticket = Problem.objects.get(subject=shen, code="work_gap")
    with pytest.raises(InvalidRecord):
        actions.close_problem(hr, problem=ticket.id, fixed=True, note="好")
    assert Problem.objects.get(id=ticket.id).state == "open"


def test_finance_neither_sees_nor_closes_tickets(gap):
    cast, _hr, shen, _row = gap
    finance = cast.actor("finance")
    with pytest.raises(Refused):
        queries.problems(finance)
    ticket = Problem.objects.get(subject=shen, code="work_gap")
    with pytest.raises(Refused):
        actions.close_problem(finance, problem=ticket.id, fixed=True, note="处理完毕了")


def test_tickets_out_of_reach_look_absent(gap):
    cast, _hr, shen, _row = gap
    elsewhere = cast.actor("hr_specialist", unit="华南公司")
    assert queries.problems(elsewhere).total == 0
    ticket = Problem.objects.get(subject=shen, code="work_gap")
    with pytest.raises(Absent):
        actions.close_problem(elsewhere, problem=ticket.id, fixed=True, note="处理完毕了")


def test_words_of_tickets_are_sealed(gap):
    _cast, _hr, shen, _row = gap
    ticket = Problem.objects.get(subject=shen, code="work_gap")
    assert b"2011" not in bytes(ticket.sealed_message)


def test_two_dossiers_of_one_person_are_found_at_night(cast):
    hr = cast.actor("hr_manager")
    first = queries.open_dossier(hr, cast.people["罗文博"]).sets["identity"].rows[0]
    twin = {
        "name": "罗文博",
        "employee_number": "030999",
        "sex": "1",
        "birth_date": str(first.cell("birth_date").value),
    }
    second = actions.create_subject(
        hr,
        rows=[RowPlan("identity", twin), RowPlan("post", {"unit": str(cast.units["销售部"])})],
    )
    assert not Problem.objects.filter(code="duplicate").exists()
    scan_all(system_actor())
    named = set(Problem.objects.filter(code="duplicate").values_list("subject", flat=True))
    assert named == {second.subject, cast.people["罗文博"]}

    row = queries.open_dossier(hr, second.subject).sets["identity"].rows[0]
    actions.save_row(
        hr, subject=second.subject, info_set="identity", row=row.row, base_version=row.version,
        values={"name": "罗文涛"},
    )  # fmt: skip
    assert Problem.objects.filter(code="duplicate", state="open").count() == 2
    scan_all(system_actor())
    assert not Problem.objects.filter(code="duplicate", state="open").exists()
