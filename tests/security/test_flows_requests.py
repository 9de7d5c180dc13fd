"""Crafted requests to the pages of flows: none ends in an error, none stops the post."""

from __future__ import annotations

import pytest
from tests.security.conftest import Join

from dangan.notices.carrying import mail
from dangan.notices.rules.outbox import Trouble

pytestmark = pytest.mark.django_db

ODD = ("²", "９" * 3, "9" * 5000, "-1", "0", "1e3")
"""Page numbers that people do not type: digits that are no number, and endless ones."""


@pytest.mark.parametrize("number", ODD)
def test_odd_page_numbers_show_a_page(join: Join, number: str):
    manager = join("hr_manager", name="梁慎行").browser(raise_request_exception=False)
    for path in ("/movements/", "/collection/", "/me/requests/", "/me/looks/"):
        answer = manager.get(path, {"page": number})
        assert answer.status_code in (200, 404), (path, answer.status_code)


def test_numbers_that_are_none_keep_a_definition_from_being_saved(join: Join):
    manager = join("hr_manager").browser(raise_request_exception=False)
    for days in ("nan", "inf", "1e400", "9" * 5000):
        sent = {
            "label": "测试",
            "kind": "change",
            "prefix": "XG",
            "steps.0.type": "approve",
            "steps.0.key": "hr",
            "steps.0.label": "人事",
            "steps.0.who.0.rule": "head",
            "steps.0.days": days,
        }
        answer = manager.post("/flows/definitions/self_ordinary/save/", sent)
        assert answer.status_code in (302, 422), (days, answer.status_code)
        condition = {
            "steps.1.type": "branch",
            "steps.1.key": "b",
            "steps.1.label": "分支",
            "steps.1.arms.0.when.0.fact": "rows",
            "steps.1.arms.0.when.0.op": "over",
            "steps.1.arms.0.when.0.as": "number",
            "steps.1.arms.0.when.0.value": days,
        }
        answer = manager.post(
            "/flows/definitions/self_ordinary/save/", sent | condition | {"steps.0.days": "1"}
        )
        assert answer.status_code in (302, 422), (days, answer.status_code)


def test_a_routes_version_that_is_endless_is_refused(join: Join):
    manager = join("hr_manager").browser(raise_request_exception=False)
    sent = {"deed": "move", "place": "1", "to": "down", "version": "9" * 5000}
    assert manager.post("/changes/routes/save/", sent).status_code in (409, 422)


def test_a_label_of_several_lines_adds_no_header_and_stops_no_mail():
    facts = {
        "number": "XG-2026-00001",
        "label": "变更\r\nBcc: thief@example.com",
        "label_en": "Change\nBcc: thief@example.com",
        "step": "人事",
        "step_en": "HR",
    }
    item = mail.Item("1", "task.assigned", "/flows/", facts)
    message = mail.compose("somebody@example.com", [item], "zh-hans")
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize(
    "to",
    [
        "=?utf-8?q?a=0ab?=@example.com",
        "=?utf-8?q?thief=40evil.example=2C?=@example.com",
        "a@example.com, b@example.com",
        "a@b@c",
    ],
)
def test_an_address_that_is_none_or_many_is_refused_alone(to: str):
    facts = {"number": "XG-2026-00001", "label": "变更", "label_en": "Change"}
    item = mail.Item("1", "case.copied", "/flows/", facts)
    with pytest.raises(Trouble) as trouble:
        mail.compose(to, [item], "zh-hans")
    assert trouble.value.final
    assert trouble.value.key == "recipient", "the next mail is tried"
