"""Loans, slips and lists of hand-over in bad hands: other branches, crafted addresses and forms,
what stands in clear, and who learns what."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from tests.archive import Archive, make_archive
from tests.cast import Cast
from tests.materials.loans.conftest import asked, lent, ready, signature
from tests.materials.office import Office, make_office
from tests.materials.transfers.conftest import sent

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue.models import Reader, Volume
from dangan.materials.loans import actions, queries
from dangan.materials.loans.actions import Checked, Wanted
from dangan.materials.loans.models import Loan, Request
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.rules.bodies import Outside
from dangan.materials.transfers import actions as transfers
from dangan.materials.transfers import queries as slips
from dangan.materials.transfers.models import HandOver, Transfer
from dangan.notices.models import Delivery, Notice


@pytest.fixture
def archive(cast: Cast) -> Archive:
    return make_archive(cast)


@pytest.fixture
def office(cast: Cast, archive: Archive) -> Office:
    return make_office(cast, archive)


def southern(office: Office) -> Actor:
    """An archivist with an account, for the south only."""
    made = create_account(
        console_actor(),
        login="south",
        name="南方档案员",
        roles=[("archivist", office.cast.units["华南公司"])],
        password="chengxu2026",
        must_change=False,
    )
    office.ids["south"] = made.id
    return actor_of(made.id)


def test_another_branch_neither_sees_nor_touches_a_loan(office: Office) -> None:
    south = southern(office)
    volume = office.archive.volume("沈知微")
    waiting, out = ready(office, office.archive.volume("陆怀瑾")), lent(office, volume)
    assert queries.register(south, state="").total == 0
    assert set(queries.register(south).counts.values()) == {0}
    for verb in (
        lambda: queries.detail(south, out.pk),
        lambda: actions.lend(south, loan=waiting.pk, signature=signature()),
        lambda: actions.take_back(south, loan=out.pk, checks=[]),
        lambda: actions.declare_lost(south, loan=out.pk, note="找不到了"),
        lambda: actions.decide_extension(south, loan=out.pk, agree=True),
        lambda: actions.cancel(south, loan=waiting.pk),
        lambda: actions.sign(south, loan=waiting.pk),
    ):
        with pytest.raises((Absent, Refused)):
            verb()
    assert Loan.objects.get(pk=out.pk).state == "lent"
    browser = office.browser("south")
    for path in ("", "return/", "papers/signature/"):
        assert browser.get(f"/archive/loans/{out.pk}/{path}").status_code == 404
    text = browser.post("/archive/loans/", {"q": "沈知微"}).content.decode()
    assert "HD-Y" not in text


def test_counts_of_another_branch_do_not_show(office: Office) -> None:
    south = southern(office)
    sent(office, [office.archive.volume("沈知微")])
    page = slips.slips(south)
    assert (page.total, set(page.counts.values())) == (0, {0})
    assert slips.departed(south).total == 0


def test_a_slip_with_a_file_of_another_branch_is_absent(office: Office) -> None:
    """A batch is its keepers' only: whoever keeps but one of its files learns of none."""
    south = southern(office)
    row = sent(office, [office.archive.volume("罗文博"), office.archive.volume("沈知微")])
    with pytest.raises(Absent):
        slips.slip(south, row.pk)
    with pytest.raises(Absent):
        transfers.cancel_transfer(south, transfer=row.pk)
    assert office.browser("south").get(f"/archive/transfers/{row.pk}/").status_code == 404
    assert Transfer.objects.get(pk=row.pk).state == "sent"


def test_a_volume_of_somebody_one_may_not_know_is_absent_like_one_that_never_was(
    office: Office,
) -> None:
    south = southern(office)
    volume = office.archive.volume("沈知微")
    answers = []
    for pk in (volume.pk, office["he"]):
        with pytest.raises(Absent) as caught:
            actions.ask(south, Wanted([pk], south.id, 3, "看看档案", "1"))
        answers.append(str(caught.value))
    assert answers[0] == answers[1]
    assert not Request.objects.exists()


def test_the_borrower_does_not_choose_the_verdict(office: Office) -> None:
    """Neither who asks nor who borrows agrees, though they hold the deciding role."""
    request = asked(office, office.archive.volume("沈知微"), "liang")
    assert request.case is not None
    assert "liang" not in {who for who, _step in office.waiting(request.case)}


def test_an_archivist_never_lends_to_or_takes_back_from_themselves(office: Office) -> None:
    loan = ready(office, office.archive.volume("沈知微"), "keeper")
    keeper = office.browser("keeper")
    keeper.post(f"/archive/loans/{loan.pk}/sign/")
    keeper.post(f"/archive/loans/{loan.pk}/lend/", {"signature": ""})
    assert Loan.objects.get().state == "ready"
    actions.lend(office.actor("keeper2"), loan=loan.pk)
    with pytest.raises(LoanProblem):
        actions.take_back(office.actor("keeper"), loan=loan.pk, checks=[])


def test_marked_materials_are_counted_back_by_named_readers_only(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    form = office.archive.materials["毕业研究生登记表"]
    volume.contents.filter(pk=form).update(secrecy=2)
    Volume.objects.filter(pk=volume.pk).update(highest=2)
    loan = lent(office, volume)
    keeper = office.actor("keeper")
    detail = queries.detail(keeper, loan.pk)
    assert "毕业研究生登记表" not in {item.title for item in detail.checks}
    assert detail.hidden == 1
    others = [
        Checked(pk, pages)
        for pk, pages in volume.contents.exclude(pk=form).values_list("pk", "pages")
    ]
    assert actions.take_back(keeper, loan=loan.pk, checks=others).state == "lent"
    with pytest.raises(LoanProblem, match="指定阅览人"):
        actions.take_back(keeper, loan=loan.pk, checks=[Checked(form, 4)])
    Reader.objects.create(
        volume=volume, account=office["keeper2"], at=loan.request.at, by=office["keeper"]
    )
    named = office.actor("keeper2")
    assert actions.take_back(named, loan=loan.pk, checks=[Checked(form, 4)]).state == "returned"


def test_someone_s_own_cadre_file_stays_shut_in_the_register(office: Office) -> None:
    volume = office.archive.volume("何雨桐", "cadre")
    lent(office, volume, "liang", reason="年度考核核对材料")
    account = Account.objects.get(pk=office["he"])
    own = create_account(
        console_actor(),
        login="own",
        name="测试",
        roles=[("archivist", None)],
        password="chengxu2026",
        must_change=False,
    )
    Account.objects.filter(pk=account.pk).update(subject=None)
    Account.objects.filter(pk=own.id).update(subject=volume.subject_id)
    actor = actor_of(own.id)
    page = queries.register(actor, state="open")
    assert page.lines[0].borrower == ""
    assert page.lines[0].reason == ""
    with pytest.raises(Absent):
        queries.detail(actor, Loan.objects.get().pk)
    with pytest.raises(Refused):
        actions.take_back(actor, loan=Loan.objects.get().pk, checks=[])


def test_nothing_about_a_person_stands_in_clear(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    guest = Outside(name="周远", organisation="示例研究院", document="身份证 99", letter="介 8")
    request = actions.ask(
        office.actor("keeper"), Wanted([volume.pk], None, 2, "联合课题核对学历", "139", guest)
    )
    office.carry(request.case)
    actions.lend(office.actor("keeper"), loan=Loan.objects.get().pk, signature=signature())
    sent(office, [office.archive.volume("罗文博")], remark="随附说明")
    words = [w.encode() for w in ("周远", "示例研究院", "联合课题", "人才服务", "随附说明")]
    tables = (
        "loans_request", "loans_loan", "loans_check", "transfers_transfer", "transfers_line",
        "audit_event", "notices_notice", "workflow_case",
    )  # fmt: skip
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} AS t")  # names from the tuple above
            held = "\n".join(row[0] for row in cursor.fetchall())
            raw = held.encode()
            for word in words:
                assert word not in raw, table
                assert word.hex().encode() not in raw, table


def test_what_leaves_the_house_names_nobody(office: Office) -> None:
    lent(office, office.archive.volume("沈知微"))
    sent(office, [office.archive.volume("罗文博")])
    told = [json.dumps(n.facts, ensure_ascii=False) + n.url for n in Notice.objects.all()]
    told += [json.dumps(d.facts, ensure_ascii=False) + d.url for d in Delivery.objects.all()]
    assert not any(name in text for name in ("沈知微", "罗文博", "何雨桐") for text in told)


def test_a_crafted_form_of_return_counts_nothing_that_is_not_lent(office: Office) -> None:
    loan = lent(office, office.archive.volume("沈知微"))
    other = office.archive.volume("陆怀瑾")
    foreign = other.contents.first()
    assert foreign is not None
    with pytest.raises(LoanProblem):
        actions.take_back(office.actor("keeper"), loan=loan.pk, checks=[Checked(foreign.pk, 1)])
    given = {f"ok-{foreign.pk}": "on", f"pages-{foreign.pk}": "1"}
    office.browser("keeper").post(f"/archive/loans/{loan.pk}/return/", given)
    assert Loan.objects.get(pk=loan.pk).state == "lent"
    assert not loan.checks.exists()


@pytest.mark.parametrize(
    "text", ["data:text/html;base64,PHNjcmlwdD4=", "x" * 50, "data:image/png;base64,!!"]
)
def test_a_signature_that_is_none_is_refused(office: Office, text: str) -> None:
    loan = ready(office, office.archive.volume("沈知微"))
    response = office.browser("keeper").post(
        f"/archive/loans/{loan.pk}/lend/", {"signature": text}, follow=True
    )
    assert "重新签名" in response.content.decode()
    assert Loan.objects.get().state == "ready"


@pytest.mark.parametrize(
    "query", ["?page=-1", "?page=9e9", "?state=%27", "?q=%25%27%22", "?page=١"]
)
def test_nonsense_in_addresses_is_answered_quietly(office: Office, query: str) -> None:
    keeper = office.browser("keeper")
    for path in ("loans", "transfers", "arrivals", "handovers"):
        assert keeper.get(f"/archive/{path}/{query}").status_code == 200


def test_signing_somebody_else_s_part_of_a_hand_over_is_absent(office: Office) -> None:
    office.archive.volume("沈知微")
    Volume.objects.update(keeper=office["keeper"])
    row = transfers.begin_handover(
        office.actor("keeper"),
        giver=office["keeper"],
        taker=office["keeper2"],
        supervisor=office["liang"],
        reason="岗位调整",
    )
    for who in ("he", "boss"):
        with pytest.raises(Absent):
            transfers.sign_handover(office.actor(who), handover=row.pk)
        assert office.browser(who).get(f"/archive/handovers/{row.pk}/").status_code in {403, 404}
    assert HandOver.objects.get().state == "counting"


def test_every_look_is_in_the_log(office: Office) -> None:
    loan = lent(office, office.archive.volume("沈知微"))
    row = sent(office, [office.archive.volume("罗文博")])
    keeper = office.browser("keeper")
    keeper.get(f"/archive/loans/{loan.pk}/")
    keeper.get(f"/archive/transfers/{row.pk}/")
    keeper.get(f"/archive/transfers/{row.pk}/papers/slip/")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT action FROM audit_event WHERE actor = %s", [office["keeper"]]
        )
        noted = {action for (action,) in cursor.fetchall()}
    assert {"loan.read", "transfer.read", "transfer.print", "loan.lend"} <= noted
