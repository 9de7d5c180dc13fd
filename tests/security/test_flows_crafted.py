"""Every address of the flows' rooms with nonsense for what it asks: refused, never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.files.conftest import folder
from tests.proposals.conftest import DEGREE, Desk, desk
from tests.security.conftest import BACKEND

from dangan.access.models import Account
from dangan.dossiers.proposals import actions
from dangan.lifecycle.actions import start
from dangan.lifecycle.rules.bodies import Body

__all__ = ["desk", "folder"]

pytestmark = pytest.mark.django_db

ROOMS = ("workflow", "proposals", "self", "collection", "lifecycle", "entitlements", "notices",
         "confidentiality", "calendar", "reminders")  # fmt: skip
JUNK = (
    {},
    {
        "step": "²", "for": "x", "behalf": "x", "version": "9" * 400, "account": "x",
        "page": "²", "kind": "\0", "state": "'", "words": "x" * 5000, "who": "%", "to": "start",
        "row": "x", "item": "x", "unit": "x", "until": "2026-02-31", "begins": "0000-00-00",
        "ends": "9999-12-31", "effective": "9999-12-31", "task": "9" * 18, "mention": "x",
        "format": "exe", "notice": "x", "deed": "steps.x.add", "place": "-9", "year": "²",
        "steps.0.type": "branch", "steps.0.arms.0.when.0.value": "x", "steps": "x",
        "hours": "9" * 30, "days": "-1", "fields_wanted": "x", "person": "x", "digits": "²²²²",
        "token": "#", "base_version": "²", "sha256": "x", "typed_name": "\u202e", "part": "pay",
        "effective_on": "x", "verdict": "x", "login": "x" * 300, "code": "x", "new": "x",
        "a": "99999", "b": "0", "set": "x", "field": ".", "small": "1", "text": "\0",
    },
)  # fmt: skip


def addresses() -> Iterator[tuple[str, list[str]]]:
    """The patterns of these rooms as text, with the names of what they ask for."""

    def walk(found, before: str, room: str) -> Iterator[tuple[str, list[str]]]:
        for item in found:
            path = before + str(item.pattern)
            if isinstance(item, URLResolver):
                yield from walk(item.url_patterns, path, item.app_name or room)
            elif isinstance(item, URLPattern) and room in ROOMS:
                yield path, re.findall(r"<(?:\w+:)?(\w+)>", path)

    yield from walk(get_resolver().url_patterns, "/", "")


def test_nonsense_is_refused_everywhere(desk: Desk):
    draft = actions.draft(desk.shen, subject=desk.person)
    draft = actions.put_row(desk.shen, proposal=draft.id, plan=desk.new("education", **DEGREE))
    sent = actions.submit(desk.shen, proposal=draft.id)
    mine = actions.draft(desk.manager, subject=desk.person)
    movement = start(
        desk.hr,
        kind="departure",
        subject=desk.person,
        body=Body(
            reason="个人原因离职",
            post={"leaving_reason": "12"},
            details={"notified_on": "2020-01-01"},
        ),
        effective=draft.changed_at.date(),
    )
    known = {
        "case": str(sent.case),
        "proposal": str(mine.id),
        "movement": str(movement.id),
        "subject": str(desk.person),
        "account": str(desk.shen.id),
        "key": "self_ordinary",
        "kind": "departure",
        "info_set": "education",
        "verb": "agree",
        "step": "hr",
        "number": "1",
        "item": "1",
    }
    broken = []
    seen = 0
    for who in (desk.manager, desk.shen, None):
        browser = Client(raise_request_exception=False)
        for path, names in addresses():
            here = path
            for name in names:
                here = re.sub(rf"<(?:\w+:)?{name}>", known.get(name, str(uuid4())), here)
            for sent_in in JUNK:
                if who is not None:  # some of these end the session
                    browser.force_login(Account.objects.get(pk=who.id), BACKEND)
                for answer in (browser.get(here, sent_in), browser.post(here, sent_in)):
                    seen += 1
                    if answer.status_code >= 500:
                        broken.append((answer.request["REQUEST_METHOD"], here, bool(sent_in)))
    assert seen > 600
    assert broken == []
