"""Whoever keeps one company keeps that one only: its people, its units, its rights."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.cast import Cast, written_events
from tests.security.conftest import Join, row_of

from dangan.access import actions as access
from dangan.access.queries import actor_of
from dangan.access.rules import Actor, Refused
from dangan.organization import actions, queries

FAR = "罗文博"


def attempts(actor: Actor, units: dict[str, UUID]) -> list[Callable[[], object]]:
    """Everything by which somebody could draw another company's people into their reach."""
    far, near = units["销售部"], units["研发中心"]
    return [
        lambda: actions.move_unit(actor, unit=far, parent=units["华东公司"]),
        lambda: actions.move_unit(actor, unit=near, parent=units["华南公司"]),
        lambda: actions.move_unit(actor, unit=near, parent=None),
        lambda: actions.set_head(actor, unit=far, head=None),
        lambda: actions.set_head(actor, unit=far, head=units["财务部"]),
        lambda: actions.rename_unit(actor, unit=far, name="新名"),
        lambda: actions.close_unit(actor, unit=far),
        lambda: actions.create_unit(
            actor, kind="department", name="新部", parent=units["华南公司"]
        ),
        lambda: actions.create_unit(actor, kind="group", name="新集团"),
        lambda: actions.load_units(actor, [("示例集团/华南公司/新部", "department")]),
    ]


def test_a_manager_of_one_company_cannot_rearrange_another(cast: Cast) -> None:
    manager = cast.actor("hr_manager", unit="华东公司")
    for attempt in attempts(manager, cast.units):
        with pytest.raises(Refused):
            attempt()
    assert ("access.refuse", "refused") in written_events(manager)
    tree = queries.tree()
    assert tree.nodes[cast.units["销售部"]].parent == cast.units["华南公司"]


def test_within_the_own_company_it_works(cast: Cast) -> None:
    manager = cast.actor("hr_manager", unit="华东公司")
    units = cast.units
    actions.rename_unit(manager, unit=units["财务部"], name="财务中心")
    actions.set_head(manager, unit=units["研发中心"], head=cast.people["陆怀瑾"])
    made = actions.create_unit(manager, kind="department", name="法务部", parent=units["华东公司"])
    actions.move_unit(manager, unit=units["嵌入式组"], parent=made)
    assert queries.tree().nodes[units["嵌入式组"]].parent == made


def test_the_forms_are_offered_only_where_they_work(cast: Cast) -> None:
    manager = cast.actor("hr_manager", unit="华东公司")
    assert queries.unit_view(manager, cast.units["研发中心"]).may_edit
    assert not queries.unit_view(manager, cast.units["销售部"]).may_edit


def test_rights_are_asked_for_and_decided_within_the_own_company(cast: Cast, join: Join) -> None:
    near = actor_of(join("hr_manager", unit="华东公司").id)
    whole, asks = actor_of(join("hr_manager").id), actor_of(join("hr_manager").id)
    somebody = join().id
    for unit in (None, cast.units["华南公司"]):
        wish = access.Wish(account=somebody, role="leader", unit=unit)
        with pytest.raises(Refused):
            access.request_change(near, wish, reason="扩大范围")
        wanted = access.request_change(asks, wish, reason="扩大范围")
        with pytest.raises(Refused):
            access.approve_request(near, request=wanted)
        with pytest.raises(Refused):
            access.decline_request(near, request=wanted)
        access.approve_request(whole, request=wanted)
    wish = access.Wish(account=somebody, role="leader", unit=cast.units["财务部"])
    wanted = access.request_change(asks, wish, reason="代管财务部")
    access.approve_request(near, request=wanted)


def test_another_companys_dossier_is_not_there_by_any_address(cast: Cast, join: Join) -> None:
    subject = cast.people[FAR]
    row = row_of(subject, "contact")
    browser = join("hr_manager", unit="华东公司").browser()
    person = f"/people/{subject}/"
    pages = ["", "looks/", "state/", f"portrait/{row}/", "photo/", "history/", f"history/{row}/",
             "contact/add/", f"contact/{row}/edit/", f"contact/{row}/delete/",
             f"contact/{row}/mobile/reveal/", "?as_of=2020-01-01"]  # fmt: skip
    for page in pages:
        answer = browser.get(person + page)
        assert answer.status_code == 404, page
        assert FAR not in answer.content.decode()
    for page in ("state/", "photo/", "contact/add/", f"contact/{row}/edit/",
                 f"contact/{row}/delete/", f"contact/{row}/mobile/reveal/"):  # fmt: skip
        assert (
            browser.post(person + page, {"state": "filed", "note": "核对信息"}).status_code == 404
        )
    assert ("dossier.read", "refused") in written_events()


def test_another_companys_dossier_is_not_in_the_api_and_tries_are_logged(
    cast: Cast, join: Join
) -> None:
    subject = cast.people[FAR]
    row = row_of(subject, "contact")
    member = join("hr_manager", unit="华东公司")
    where = f"/subjects/{subject}"
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/records/contact", None),
        ("GET", f"/records/contact/{row}", None),
        ("GET", f"/records/contact/{row}/versions", None),
        ("GET", "/history", None),
        ("POST", "/records/contact", {"values": {"mobile": "13800000000"}}),
        ("PUT", f"/records/contact/{row}", {"values": {"mobile": "13800000000"}}),
        ("DELETE", f"/records/contact/{row}", None),
    ):
        answer = member.call(method, where + path, body, **{"If-Match": '"1"'})
        assert answer.status_code == 404, (method, path)
    assert ("record.write", "refused") in written_events()
    found = member.call("POST", "/search", {"text": FAR}).json()
    assert found == []


def test_lists_counts_and_pickers_do_not_know_the_other_company(cast: Cast, join: Join) -> None:
    browser = join("hr_manager", unit="华东公司").browser()
    for address, given in (
        ("/people/pick/", {"q": FAR}),
        ("/people/pick/", {"q": "030001"}),
        ("/people/pick/", {"q": "luowenbo"}),
    ):
        assert browser.post(address, given).json() == {"people": []}
    page = browser.get("/people/?view=all").content.decode()
    assert "沈知微" in page and FAR not in page
