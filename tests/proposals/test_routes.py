"""Which desks a change passes is a table of plain rules that an administrator edits (C6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import written_events
from tests.proposals.conftest import DEGREE, Desk

from dangan.access.queries import console_actor
from dangan.access.rules import Refused
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import FieldClass
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import RouteTable
from dangan.dossiers.proposals import actions, routes
from dangan.dossiers.proposals.refusals import BadState, NeedsApproval, Stale
from dangan.dossiers.proposals.rules import (
    DIRECT,
    BadRoutes,
    RouteRule,
    Touched,
    check_routes,
    route,
    routes_from_table,
    routes_to_table,
)
from dangan.dossiers.proposals.rules.routes import deciding
from dangan.dossiers.rules import RowPlan

SEED = routes.seed()


def field(info_set: str, mark: FieldClass, **more: object) -> Touched:
    return Touched(
        info_set, f"{info_set}.x", str(more.get("owner", "hr")), mark, bool(more.get("deleted"))
    )


INTERNAL, SENSITIVE, SECRET = FieldClass.INTERNAL, FieldClass.SENSITIVE, FieldClass.SECRET


@pytest.mark.parametrize(
    ("who", "fields", "to"),
    [
        ("self", [field("education", INTERNAL)], "self_ordinary"),
        ("self", [field("contact", SENSITIVE)], "self_ordinary"),
        ("self", [field("family", SENSITIVE)], "self_sensitive"),
        ("self", [field("contact", SENSITIVE), field("family", SENSITIVE)], "self_sensitive"),
        ("self", [field("identity", INTERNAL)], "self_sensitive"),
        ("self", [field("education", INTERNAL), field("bank_account", SECRET)], "self_sensitive"),
        ("other", [field("education", INTERNAL)], DIRECT),
        ("other", [field("pay", SECRET)], "pay_change"),
        ("other", [field("education", INTERNAL), field("pay", SECRET)], "pay_change"),
        ("other", [field("contract", SENSITIVE)], "contract_change"),
        ("starter", [field("education", INTERNAL)], "self_sensitive"),
        ("starter", [field("pay", SECRET)], "pay_change"),
    ],
)
def test_the_built_in_table(who: str, fields: list[Touched], to: str) -> None:
    assert route(SEED, who, fields) == to


def test_a_rule_holds_when_all_it_asks_holds_of_one_field() -> None:
    rule = RouteRule("strict", sets=frozenset({"pay"}), min_class=SECRET)
    table = [rule, RouteRule(DIRECT)]
    assert route(table, "self", [field("pay", SECRET)]) == "strict"
    assert route(table, "self", [field("pay", INTERNAL), field("family", SECRET)]) == DIRECT
    spared = [
        RouteRule("strict", min_class=SENSITIVE, except_sets=frozenset({"contact"})),
        RouteRule(DIRECT),
    ]
    assert route(spared, "self", [field("contact", SECRET)]) == DIRECT
    assert route(spared, "self", [field("contact", SECRET), field("pay", SECRET)]) == "strict"
    deletes = [RouteRule("strict", deletes=True), RouteRule(DIRECT)]
    assert route(deletes, "other", [field("pay", SECRET, deleted=True)]) == "strict"
    owners = [RouteRule("strict", owners=frozenset({"legal"})), RouteRule(DIRECT)]
    assert route(owners, "other", [field("training", INTERNAL, owner="legal")]) == "strict"


@given(
    st.lists(st.sampled_from(["education", "pay", "contract", "contact", "identity"]), min_size=1),
    st.sampled_from(["self", "other", "starter"]),
    st.sampled_from(list(FieldClass)),
)
def test_more_fields_never_lead_to_a_laxer_way(sets: list[str], who: str, mark: FieldClass) -> None:
    fields = [field(key, mark) for key in sets]
    whole = deciding(SEED, who, fields)
    for item in fields:
        alone = deciding(SEED, who, [item])
        assert whole is not None
        assert alone is not None
        assert whole <= alone


def test_a_table_survives_being_kept() -> None:
    assert routes_from_table(routes_to_table(SEED)) == SEED
    with pytest.raises(BadRoutes):
        routes_from_table([{"to": DIRECT, "colour": "red"}])
    with pytest.raises(BadRoutes):
        routes_from_table([{"to": DIRECT, "min_class": "grey"}])


@pytest.mark.django_db
def test_what_is_wrong_with_a_table_is_said(cast: object) -> None:
    dictionary = dictionary_queries.current()
    known = {"self_ordinary", "self_sensitive", "pay_change", "contract_change"}
    assert check_routes(SEED, dictionary, known) == []

    def said(*rules: RouteRule) -> str:
        return " ".join(str(message) for message in check_routes(rules, dictionary, known))

    everything = RouteRule("self_ordinary")
    assert said(everything) == ""
    assert "第 1 条：流程“gone”没有在用" in said(RouteRule("gone"), everything)
    assert "没有“paid、pay.gone”" in said(
        RouteRule("pay_change", sets=frozenset({"paid"}), paths=frozenset({"pay.gone"})), everything
    )
    assert "没有“moon”" in said(RouteRule("pay_change", owners=frozenset({"moon"})), everything)
    assert "缺一条收尾的规则：本人" in said(RouteRule(DIRECT, who="other"))
    assert "第 1 条会让没有修改权限的人直接改档案" in said(RouteRule(DIRECT))
    assert said(RouteRule("self_ordinary", who="starter"), RouteRule(DIRECT)) == ""


@pytest.mark.django_db
def test_hr_writes_at_once_what_the_routes_leave_to_hr(desk: Desk) -> None:
    row = desk.row("contact")
    written = dossiers.save_row(
        desk.hr, subject=desk.person, info_set="contact", row=row.row,
        base_version=row.version, values={"postcode": "310012"},
    )  # fmt: skip
    assert written.number.startswith("BG-")


@pytest.mark.django_db
@pytest.mark.parametrize("info_set", ["pay", "contract", "bank_account"])
def test_nobody_writes_at_once_what_passes_a_desk(desk: Desk, info_set: str) -> None:
    values = {
        "pay": {"effective": "2026-01-01", "base": "20000.00"},
        "contract": {"number": "HT-1", "start": "2026-01-01"},
        "bank_account": {"account": "6222020200112233446", "bank": "工商银行"},
    }[info_set]
    before = desk.untouched()
    with pytest.raises(NeedsApproval):
        dossiers.save_row(
            desk.manager, subject=desk.person, info_set=info_set, row=None, base_version=0,
            values=values,
        )  # fmt: skip
    assert desk.untouched() == before
    console = console_actor(purpose="修复")
    added = dossiers.save_row(
        console, subject=desk.person, info_set=info_set, row=None, base_version=0, values=values
    )
    with pytest.raises(NeedsApproval):
        dossiers.delete_row(
            desk.manager, subject=desk.person, info_set=info_set, row=added.rows[0], base_version=1
        )
    sent = actions.propose(
        desk.manager,
        subject=desk.person,
        rows=[RowPlan(info_set, {}, added.rows[0], 1, delete=True)],
    )
    assert sent.case_number[:2] == ("HT" if info_set == "contract" else "XC")


@pytest.mark.django_db
def test_nobody_writes_their_own_dossier_past_the_desks(desk: Desk) -> None:
    own = desk.cast.people["何雨桐"]
    with pytest.raises(NeedsApproval):
        dossiers.save_row(
            desk.hr, subject=own, info_set="education", row=None, base_version=0, values=DEGREE
        )


@pytest.mark.django_db
def test_pay_takes_effect_after_head_finance_and_leader(desk: Desk) -> None:
    sent = actions.propose(
        desk.manager,
        subject=desk.person,
        rows=[desk.new("pay", effective="2026-01-01", base="21000.00")],
        words="年度调薪",
    )
    assert sent.case is not None
    assert sent.case_number.startswith("XC-")
    case = desk.agree_all(sent.case)
    assert case.state == "agreed"
    assert desk.row("pay").values["base"] == "21000.00"


@pytest.mark.django_db
def test_an_administrator_opens_a_fast_path(desk: Desk) -> None:
    fast = RouteRule(DIRECT, who="self", paths=frozenset({"contact.postcode"}))
    with pytest.raises(Refused):
        actions.save_routes(desk.hr, rules=[fast, *SEED], version=0)
    actions.save_routes(desk.manager, rules=[fast, *SEED], version=0)
    assert ("routes.save", "done") in written_events(desk.manager)
    sent = actions.propose(
        desk.shen, subject=desk.person, rows=[desk.patch("contact", postcode="310012")]
    )
    assert sent.direct
    assert desk.row("contact").values["postcode"] == "310012"
    strict = actions.propose(
        desk.shen, subject=desk.person, rows=[desk.patch("contact", address="杭州市")]
    )
    assert not strict.direct
    with pytest.raises(Stale):
        actions.save_routes(desk.manager, rules=SEED, version=0)
    with pytest.raises(BadRoutes):
        actions.save_routes(desk.manager, rules=[RouteRule(DIRECT)], version=1)
    assert RouteTable.objects.count() == 1


@pytest.mark.django_db
def test_what_needs_no_desk_cannot_wait_for_a_day(desk: Desk) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    with pytest.raises(BadState) as refused:
        actions.propose(
            desk.hr,
            subject=desk.person,
            rows=[desk.patch("contact", postcode="310012")],
            effective=timezone.localdate() + timedelta(days=3),
        )
    assert "不用审批" in str(refused.value.message)
