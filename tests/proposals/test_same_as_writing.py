"""A proposal that is agreed says in the dossier what writing it directly would have said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.proposals.conftest import DEGREE, Desk, rows_of

from dangan.access.queries import console_actor
from dangan.access.rules import Refused
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Record
from dangan.dossiers.proposals import actions
from dangan.dossiers.proposals.refusals import BadState
from dangan.dossiers.rules import InvalidRecord, RowPlan, SubjectPlan
from dangan.workflow import actions as workflow

pytestmark = pytest.mark.django_db

YEARS = st.integers(1985, 2030).map(str)
CONTACT = st.fixed_dictionaries(
    {},
    optional={
        "postcode": st.sampled_from([None, "310012", "310013"]),
        "address": st.sampled_from([None, "杭州市文三路 1 号", ""]),
        "mobile": st.sampled_from(["13812345678", "13911112222"]),
    },
)
EDUCATION = st.fixed_dictionaries(
    {"school": st.sampled_from(["浙江大学", None])},
    optional={"start": YEARS, "end": YEARS, "level": st.sampled_from(["11", "14"])},
)
FAMILY = st.fixed_dictionaries({"relation": st.just("51"), "name": st.sampled_from(["沈怀远"])})
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "contact": CONTACT,
        "old degree": st.one_of(st.just("delete"), EDUCATION),
        "new degree": EDUCATION,
        "family": FAMILY,
    },
)


class NothingNew(Exception):  # noqa: N818 - as a proposal says it
    pass


class TakeBack(Exception):  # noqa: N818 - rolls an example back
    pass


def plans_of(desk: Desk, changes: dict[str, Any], degree: UUID) -> list[RowPlan]:
    row = desk.row("contact")
    plans = []
    if "contact" in changes:
        plans.append(RowPlan("contact", changes["contact"], row.row, row.version))
    if changes.get("old degree") == "delete":
        plans.append(RowPlan("education", {}, degree, 1, delete=True))
    elif "old degree" in changes:
        plans.append(RowPlan("education", changes["old degree"], degree, 1))
    if "new degree" in changes:
        plans.append(RowPlan("education", changes["new degree"]))
    if "family" in changes:
        plans.append(RowPlan("family", changes["family"]))
    return plans


def dossier(desk: Desk) -> list[tuple[str, tuple[tuple[str, Any], ...], str]]:
    return sorted(
        (key, tuple(sorted(row.values.items())), row.valid_from.isoformat())
        for key in ("contact", "education", "family")
        for row in rows_of(desk.person, key)
    )


def outcome(desk: Desk, act: Any) -> Any:
    """What the dossier says after ``act``, which is then taken back; or why it was refused."""
    found: Any = None
    try:
        with transaction.atomic():
            try:
                act()
                found = dossier(desk)
            except InvalidRecord as invalid:
                found = ("invalid", invalid.info_set)
            except (BadState, NothingNew):
                found = "nothing"
            raise TakeBack
    except TakeBack:
        return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=CHANGES)
def test_drafted_and_agreed_is_written(desk: Desk, changes: dict[str, Any]) -> None:
    degree = rows_of(desk.person, "education")
    if not degree:
        dossiers.save_row(
            console_actor(), subject=desk.person, info_set="education", row=None, base_version=0,
            values=DEGREE,
        )  # fmt: skip
        degree = rows_of(desk.person, "education")
    plans = plans_of(desk, changes, degree[0].row)
    before = dossier(desk)

    def directly() -> None:
        console = console_actor()
        written = dossiers.apply_plans(
            console, plans=[SubjectPlan(plans, desk.person)], reason="对照"
        )
        if not written[0].change:
            raise NothingNew

    def by_case() -> None:
        draft = actions.draft(desk.shen, subject=desk.person)
        for plan in plans:
            actions.put_row(desk.shen, proposal=draft.id, plan=plan)
        sent = actions.submit(desk.shen, proposal=draft.id)
        assert sent.case is not None
        desk.agree_all(sent.case)

    def refused() -> None:
        draft = actions.draft(desk.shen, subject=desk.person)
        for plan in plans:
            actions.put_row(desk.shen, proposal=draft.id, plan=plan)
        sent = actions.submit(desk.shen, proposal=draft.id)
        assert sent.case is not None
        step = "head" if desk.whose_turn(sent.case) == {"陆怀瑾"} else "hr"
        who = desk.lu if step == "head" else desk.hr
        workflow.refuse(who, case=sent.case, step=step, words="不同意")

    direct, proposed = outcome(desk, directly), outcome(desk, by_case)
    assert proposed == direct
    untouched = outcome(desk, refused)
    if isinstance(untouched, list):
        assert untouched == before
    assert dossier(desk) == before
    assert Record.objects.filter(subject=desk.person, change__case__isnull=False).count() == 0


def test_rights_are_asked_when_put_in_not_only_when_sent(desk: Desk) -> None:
    draft = actions.draft(desk.shen, subject=desk.person)
    with pytest.raises(Refused):
        actions.put_row(desk.shen, proposal=draft.id, plan=desk.patch("post", position="总监"))
