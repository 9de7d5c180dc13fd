"""Opening the form: link and digits, guesses counted, one browser at a time proved."""

from __future__ import annotations

import io
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import written_events
from tests.collection.conftest import DIGITS, NAME, the_form
from tests.dossiers_pages.conftest import few_statements

from dangan.access.models import Throttle
from dangan.dossiers.collection.models import Visit
from dangan.dossiers.collection.rules import TRIES, TRIES_OF_ADDRESS


def test_link_and_digits_open_the_notice_and_then_the_form(invited):
    guest = invited()
    assert Client().get("/collect/").status_code == 200
    answer = guest.knock()
    assert answer["Location"] == "/collect/form/"
    assert guest.browser.get("/collect/form/")["Location"] == "/collect/notice/"
    notice = guest.browser.get("/collect/notice/")
    assert "个人信息处理告知" in notice.content.decode()
    assert guest.browser.post("/collect/notice/", {}).status_code == 422
    guest.browser.post("/collect/notice/", {"accepted": "1"})
    page = guest.browser.get("/collect/form/")
    assert NAME in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0") or "no-store" in page["Cache-Control"]
    assert the_form().noticed_at is not None
    assert [event for event in written_events() if event[0] == "collection.open"] == [
        ("collection.open", "done")
    ]


def test_the_cookie_goes_to_these_pages_only_and_is_no_login(invited):
    guest = invited()
    cookie = guest.knock().cookies["dangan_collect"]
    assert cookie["path"] == "/collect/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert guest.browser.get("/")["Location"].startswith("/login/")
    assert cookie.value not in str(list(Visit.objects.values_list()))


def test_the_digits_of_full_width_and_a_whole_pasted_link_do_as_well(invited):
    guest = invited()
    answer = guest.knock(digits="０８７６", token=f"https://hr.example.com/collect/#{guest.token}")
    assert answer.status_code == 302


def test_wrong_digits_lock_the_link_for_the_right_ones_too(cast, invited):
    guest = invited()
    for left in range(TRIES - 1, 0, -1):
        page = guest.knock("0000")
        assert page.status_code == 422
        assert f"还可以试 {left} 次" in page.content.decode()
    assert "链接已锁定" in guest.knock("0000").content.decode()
    assert "链接已锁定" in guest.knock(DIGITS, browser=Client()).content.decode()
    assert the_form().wrong == TRIES
    assert Visit.objects.count() == 0


def test_guessed_links_are_told_nothing_and_stop_the_address(invited):
    guest = invited()
    stranger = Client()
    for _number in range(TRIES_OF_ADDRESS):
        page = guest.knock(token="x" * 43, browser=stranger)
        assert "链接已失效" in page.content.decode()
    page = guest.knock(token="y" * 43, browser=stranger)
    assert "分钟后再试" in page.content.decode()
    assert Throttle.objects.filter(kind="collect").count() == 1
    elsewhere = Client(REMOTE_ADDR="10.1.1.1")
    assert guest.knock(browser=elsewhere).status_code == 302


@pytest.mark.parametrize("state", ["submitted", "revoked", "expired"])
def test_a_link_that_ended_reads_like_one_that_never_was(invited, state):
    guest = invited()
    form = the_form()
    form.state = state
    if state != "submitted":
        form.digest = None
    form.save()
    ended = guest.knock().content.decode()
    assert "链接已失效" in ended
    assert NAME not in ended


def test_a_link_ends_on_its_day_and_open_browsers_with_it(invited):
    guest = invited().come_in()
    form = the_form()
    form.expires_at = timezone.now() - timedelta(seconds=1)
    form.save()
    assert guest.browser.get("/collect/form/")["Location"] == "/collect/?ended=1"
    assert "链接已失效" in guest.knock().content.decode()


def test_an_idle_browser_has_to_prove_itself_again(invited):
    guest = invited().come_in()
    Visit.objects.update(seen=timezone.now() - timedelta(minutes=31))
    assert guest.browser.get("/collect/form/")["Location"] == "/collect/?ended=1"
    assert guest.knock().status_code == 302


def test_leaving_ends_the_visit_and_keeps_what_was_saved(invited):
    guest = invited().come_in()
    guest.fill_identity()
    guest.browser.post("/collect/leave/")
    assert guest.browser.get("/collect/form/").status_code == 302
    guest.knock()
    assert "3301" in guest.browser.get("/collect/form/identity/").content.decode()


def test_without_a_cookie_every_page_leads_to_the_start(invited):
    guest = invited().come_in()
    row = guest.add_school()
    stranger = Client()
    for address in (
        "/collect/form/", "/collect/form/identity/", "/collect/form/education/",
        f"/collect/form/education/{row}/", "/collect/photo/", "/collect/notice/",
    ):  # fmt: skip
        assert stranger.get(address)["Location"] == "/collect/?ended=1"
    for address in (
        "/collect/submit/", f"/collect/form/education/{row}/drop/",
        f"/collect/form/education/{row}/papers/",
    ):  # fmt: skip
        assert stranger.post(address)["Location"] == "/collect/?ended=1"
    assert the_form().state == "open"


def test_neither_token_nor_digits_nor_values_reach_the_logs(invited):
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        guest = invited()
        guest.knock("1111")
        guest.come_in()
        guest.fill_identity()
        guest.browser.post("/collect/form/identity/", {"v-name": NAME, "v-id_number": "33010619"})
        guest.browser.get("/collect/form/nothing/")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    said = "\n".join(
        line for line in heard.getvalue().splitlines() if not line.startswith("(0.")
    )  # SQL of the debug level is not a log of the service
    for secret in (guest.token, NAME, "1111", "33010619980304"):
        assert secret not in said


def test_opening_asks_the_database_little(invited):
    guest = invited().come_in()
    guest.fill_identity()
    guest.add_school()
    for address in ("/collect/form/", "/collect/form/education/", "/collect/form/identity/"):
        with few_statements():
            assert guest.browser.get(address).status_code == 200
