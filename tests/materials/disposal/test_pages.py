"""The pages of disposal: what they show, to whom, with how many statements."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.materials.disposal.conftest import House
from tests.statements import own

from dangan.access.rules import Absent
from dangan.materials.disposal import actions, schedules
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.models import DestructionList, Hold
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed
from dangan.workflow import actions as workflow

HOME = "/archive/disposal/"


def page_of(row: DestructionList, part: str = "") -> str:
    return f"{HOME}lists/{row.pk}/{part}"


def test_the_due_list_shows_names_terms_and_law_with_few_statements(house: House) -> None:
    for name in ("罗文博", "俞书衡"):
        house.leave(name)
        house.volume(name)
    house.due()
    client = house.browser("archivist")
    client.get(HOME)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(HOME)
    text = response.content.decode()
    assert "罗文博" in text
    assert "劳动合同法" in text
    assert len(own(asked)) <= 15 + 5, [sql[:90] for sql in own(asked)]


def test_empty_pages_say_what_to_do(house: House) -> None:
    client = house.browser("archivist")
    for path, words in (
        ("", "没有保管期满的档案"),
        ("lists/", "没有办理中的清册"),
        ("ledger/", "还没有销毁过档案"),
        ("holds/", "没有保全"),
        ("restricted/", "没有限制处理的档案"),
        ("schedule/", "内置的表"),
    ):
        response = client.get(HOME + path)
        assert response.status_code == 200
        assert words in response.content.decode()


def test_from_the_due_list_to_the_certificate_by_hand(house: House) -> None:
    subject = house.leave("罗文博")
    house.volume("罗文博")
    house.due()
    archivist = house.browser("archivist")
    answer = archivist.post(f"{HOME}draft/", {"pick": [f"dossier:{subject}"]})
    row = DestructionList.objects.get()
    assert answer.headers["Location"] == page_of(row)
    item = row.items.get()
    saved = {"item": [str(item.pk)], f"{item.pk}-opinion": "destroy"}
    archivist.post(page_of(row, "opinions/"), saved)
    assert archivist.post(page_of(row, "submit/"), {"group": "甲"}).status_code == 422
    archivist.post(page_of(row, "submit/"), {"group": "甲、乙"})
    row.refresh_from_db()
    for who in ("legal", "privacy", "leader"):
        case = house.browser(who).get(f"/flows/{row.case}/")
        assert row.number in case.content.decode()
        assert row.case
        workflow.agree(house.actor(who), case=row.case, step=who)
    for who in ("privacy", "manager"):
        client = house.browser(who)
        assert client.get(page_of(row, "witness/")).status_code == 200
        wrong = client.post(page_of(row, "witness/"), {"code": "000000"})
        assert wrong.status_code == 422
        client.post(page_of(row, "witness/"), {"code": house.code(who)})
    archivist.post(page_of(row, "execute/"), {"number": "XH"})
    vault.key_of(subject)
    archivist.post(page_of(row, "execute/"), {"number": row.number})
    with pytest.raises(KeyDestroyed):
        vault.key_of(subject)
    with CaptureQueriesContext(connection) as asked:
        shown = archivist.get(page_of(row)).content.decode()
    assert "罗文博" not in shown
    assert "旧备份也打不开" in shown
    assert len(own(asked)) <= 15 + 8, [sql[:90] for sql in own(asked)]
    for paper in ("ledger", "opinion", "certificate"):
        response = archivist.get(page_of(row, f"print/{paper}/"))
        assert response.content.startswith(b"%PDF")
        assert row.number in response.headers["Content-Disposition"]
    assert row.number in archivist.get(f"{HOME}ledger/").content.decode()


def test_no_certificate_before_the_destruction(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.approved(Pick("dossier", subject))
    archivist = house.browser("archivist")
    assert archivist.get(page_of(row, "print/certificate/")).status_code == 404
    assert archivist.get(page_of(row, "print/nonsense/")).status_code == 404


def test_a_hold_is_placed_and_lifted_by_another(house: House) -> None:
    volume = house.volume("沈知微")
    legal = house.browser("legal")
    form = {"scope": "volume", "named": volume.number, "kind": "litigation", "reason": "劳动仲裁"}
    assert legal.post(f"{HOME}holds/", form | {"reason": "短"}).status_code == 422
    assert legal.post(f"{HOME}holds/", form | {"named": "HD-Z-99999"}).status_code == 422
    assert not Hold.objects.exists()
    legal.post(f"{HOME}holds/", form)
    hold = Hold.objects.get()
    assert hold.number in legal.get(f"{HOME}holds/").content.decode()
    legal.post(f"{HOME}holds/{hold.pk}/lift/", {"reason": "自己解除"})
    hold.refresh_from_db()
    assert hold.lifted_at is None
    house.browser("manager").post(f"{HOME}holds/{hold.pk}/lift/", {"reason": "仲裁已结"})
    hold.refresh_from_db()
    assert hold.lifted_at is not None


@pytest.mark.parametrize(
    ("scope", "named"), [("person", "020486"), ("unit", ""), ("material", "{number} 4-1-1")]
)
def test_a_hold_names_a_person_a_unit_or_a_material(house: House, scope: str, named: str) -> None:
    volume = house.volume("沈知微")
    form = {
        "scope": scope,
        "named": named.format(number=volume.number),
        "unit": str(house.cast.units["研发中心"]),
        "kind": "inspection",
        "reason": "审计检查",
    }
    response = house.browser("legal").post(f"{HOME}holds/", form)
    assert response.status_code == 302, response.content.decode()
    assert Hold.objects.get().scope == scope


def test_the_schedule_is_edited_as_a_new_version(house: House) -> None:
    table = schedules.current()
    form = {"base": "0"}
    for place, line in enumerate(table.lines):
        form[f"{place}-key"] = line.key
        form[f"{place}-label"] = line.label
        form[f"{place}-years"] = "" if line.years is None else str(line.years)
        form[f"{place}-starts"] = line.starts
        form[f"{place}-law"] = line.law
        if line.statutory:
            form[f"{place}-statutory"] = "1"
    client = house.browser("archivist")
    assert client.post(f"{HOME}schedule/", form).status_code == 422
    place = next(i for i, line in enumerate(table.lines) if line.key == "employee_file")
    assert client.post(f"{HOME}schedule/", form | {f"{place}-years": "x"}).status_code == 422
    client.post(f"{HOME}schedule/", form | {f"{place}-years": "5"})
    now = schedules.current()
    line = now.line("employee_file")
    assert (now.version, line and line.years) == (1, 5)
    assert client.post(f"{HOME}schedule/", form | {f"{place}-years": "7"}).status_code == 422
    assert client.get(f"{HOME}schedule/?version=0").status_code == 200
    assert client.get(f"{HOME}schedule/?version=9").status_code == 404
    assert house.browser("legal").post(f"{HOME}schedule/", form).status_code in {403, 422}


def test_those_without_the_right_are_refused_and_strangers_see_nothing(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.approved(Pick("dossier", subject))
    hr = house.browser("hr")
    for path in ("", "lists/", "ledger/", "holds/", "restricted/", "schedule/"):
        assert hr.get(HOME + path).status_code == 403
    assert hr.get(page_of(row)).status_code == 403
    archivist = house.browser("archivist")
    assert archivist.get(f"{HOME}lists/{uuid4()}/").status_code == 404
    legal = house.browser("legal")
    assert legal.post(page_of(row, "execute/"), {"number": row.number}).status_code == 403
    assert legal.get(page_of(row, "witness/")).status_code == 403
    east = house.cast.actor("archivist", unit="华东公司")
    with pytest.raises(Absent):
        actions.witness(east, list_=row.pk, code="000000")
