"""Ways round the second step and the brakes: the same deed by another page, a name closed by one
address, a code that others use up, a first start that was never closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pyotp
import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from tests.archive import make_archive
from tests.browsers import Browser
from tests.cast import Cast
from tests.entitlements.conftest import PASSWORD, Office, office, quick_passwords
from tests.files.scans import page as drawn

from dangan.access import actions as access
from dangan.access import set_up
from dangan.access.brakes import Braked
from dangan.access.factors import actions as factors
from dangan.access.factors import door, tries
from dangan.access.models import Account, ResetCode, SecondFactor
from dangan.access.queries import actor_of, console_actor, unknown_actor
from dangan.access.rules import Absent
from dangan.entitlements import actions as entitlements
from dangan.exchange.packages import sending
from dangan.materials.disposal.kinds import KIND as DESTRUCTION
from dangan.materials.scans import actions as scans
from dangan.security.models import Budget
from dangan.workflow import actions as workflow
from dangan.workflow.handling import kinds
from dangan.workflow.models import Task
from dangan.workflow.problems import NotAllowed

__all__ = ["office", "quick_passwords"]  # fixtures

CHOSEN, WRONG = "qidong-2026-anquan", "nope1234"


# --- agreeing to a password reset without a fresh proof ------------------------------------------


@pytest.fixture
def required(settings: Any) -> None:
    settings.DANGAN = settings.DANGAN.model_copy(update={"second_factor": "required"})


@pytest.fixture
def waiting(office: Office, required: None) -> tuple[UUID, str, str]:
    """A reset that waits: the case, whose turn it is, the step."""
    wish = entitlements.ask_reset(
        office.actor("it"), account=office["shen"], reason="忘记密码，已当面核实身份"
    )
    assert wish.case is not None
    return (wish.case, *office.waiting(wish.case)[0])


def left_alone(office: Office, who: str) -> tuple[Client, str]:
    """A browser whose owner proved themselves long ago, and the secret of their telephone."""
    actor = office.actor(who)
    secret = factors.begin_app(actor).secret
    factors.confirm_app(actor, code=pyotp.TOTP(secret).now())
    SecondFactor.objects.filter(account=actor.id).update(last_step=0)
    browser = office.browser(who)
    session = browser.session
    session["proved_at"], session["proved_by"] = 1, "app"
    session.save()
    return browser, secret


def test_agreeing_on_the_page_of_the_case_asks_who_sits_there(
    office: Office, waiting: tuple[UUID, str, str]
) -> None:
    case, who, step = waiting
    browser, secret = left_alone(office, who)
    form = {"step": step, "words": "已核实"}
    asked = browser.post(f"/flows/{case}/agree/", form)
    assert asked.status_code == 403
    assert 'name="words" value="已核实"' in asked.content.decode()
    above = browser.post(f"/flows/{case}/agree/", form, headers={"HX-Request": "true"})
    assert above["X-Step-Up"] == "1"
    assert office.waiting(case)[0] == (who, step)
    done = browser.post(f"/flows/{case}/agree/", form | {"proof_code": pyotp.TOTP(secret).now()})
    assert done.status_code == 302
    assert (who, step) not in office.waiting(case)


def test_agreeing_to_many_asks_too(office: Office, waiting: tuple[UUID, str, str]) -> None:
    case, who, step = waiting
    browser, secret = left_alone(office, who)
    form = {"task": Task.objects.get(case=case, state="open", role="sign").pk}
    assert browser.post("/flows/agree/done/", form).status_code == 403
    assert office.waiting(case)[0] == (who, step)
    code = {"proof_code": pyotp.TOTP(secret).now()}
    assert browser.post("/flows/agree/done/", form | code).status_code == 200
    assert (who, step) not in office.waiting(case)


def test_a_program_agrees_to_no_reset(office: Office, waiting: tuple[UUID, str, str]) -> None:
    case, who, step = waiting
    token = replace(office.actor(who), kind="token")
    with pytest.raises(NotAllowed, match="本人"):
        workflow.agree(token, case=case, step=step)
    workflow.agree(office.actor(who), case=case, step=step)


def test_kinds_that_give_rights_or_destroy_are_known_as_such() -> None:
    grave = {kind.key for kind in kinds() if kind.grave}
    assert grave == {"rights_change", "temporary_grant", "reveal", "handover", DESTRUCTION}


# --- whole volumes taken out past the budget -----------------------------------------------------


def test_packages_and_exported_scans_count_as_people_taken_out(
    cast: Cast, browser: Browser
) -> None:
    Budget.objects.filter(role__in=["archivist", "hr_manager"]).update(exported_per_day=1)
    archive = make_archive(cast)
    one, other = archive.volume("沈知微"), archive.volume("俞书衡")
    material = archive.materials["职工登记表"]
    scans.add_pages(archive.archivist, material=material, files=[("1.jpg", drawn())])
    _name, package = sending.send(archive.archivist, volume=one.pk)
    with package:
        pass
    with pytest.raises(Braked):
        sending.send(archive.archivist, volume=other.pk)
    reader = browser("hr_manager")
    for status in (200, 429):
        taken = reader.get(reverse("scans:export_pdf", args=[other.pk]))
        assert taken.status_code == status


# --- keeping others out --------------------------------------------------------------------------


def guess(address: str, password: str = WRONG) -> Any:
    return Client().post("/login/", {"login": "shen", "password": password}, REMOTE_ADDR=address)


def test_one_address_that_goes_on_while_it_waits_closes_the_name_to_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "CLOSED_FROM", 12)
    for _try in range(20):
        guess("203.0.113.9")
    assert guess("198.51.100.7", PASSWORD).status_code == 302


def test_addresses_written_as_the_other_kind_are_places_of_their_own() -> None:
    assert tries.network("::ffff:203.0.113.9") == tries.network("203.0.113.9") == "203.0.113.9"


def test_wrong_codes_from_elsewhere_keep_nobody_from_using_theirs(office: Office) -> None:
    code = access.issue_code(console_actor(), account=office["shen"])
    for _try in range(6):
        with pytest.raises(access.BadPassword):
            access.use_code(
                unknown_actor(address="203.0.113.9"), login="shen", code="X", new=CHOSEN
            )
    access.use_code(unknown_actor(address="198.51.100.7"), login="shen", code=code, new=CHOSEN)
    assert not ResetCode.objects.exists()


# --- the first start -----------------------------------------------------------------------------


def test_the_first_administrator_alone_makes_no_code_for_a_later_one(db: None) -> None:
    """Nobody looked at the page again after both had come: it was not closed."""
    code = set_up.renew_code()
    assert code is not None
    first = set_up.make_first(
        unknown_actor(), code=code, login="guan", name="管一", password=CHOSEN
    )
    for role, login in (("security_admin", "wuer"), ("auditor", "wusan")):
        given = set_up.appoint(actor_of(first.pk), role=role, login=login, name=login)
        access.use_code(unknown_actor(), login=login, code=given, new=CHOSEN)
    console = console_actor()
    later = access.create_account(actor_of(first.pk), login="wusi", name="安四").id
    second = Account.objects.get(grants__role="security_admin").pk
    access.grant_role(console, account=later, role="security_admin")
    access.revoke_role(console, account=second, role="security_admin")
    with pytest.raises((set_up.SetUpProblem, Absent)):
        set_up.appoint(actor_of(first.pk), role="security_admin", login="wusi", name="安四")
    assert not ResetCode.objects.filter(account=later).exists()
    with pytest.raises(Absent):
        set_up.appointments(actor_of(first.pk))


# --- the way back --------------------------------------------------------------------------------


def test_the_way_back_names_no_other_host(rf: RequestFactory) -> None:
    for there in ("http://testserver//evil.example/x", "http://testserver/\\evil.example/x"):
        back = door._page_before(rf.get("/", headers={"Referer": there}))
        assert not back.startswith(("//", "/\\"))
