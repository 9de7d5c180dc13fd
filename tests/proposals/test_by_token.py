"""A connected program proposes what its owner may begin without writing it."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from tests.proposals.conftest import Desk, rows_of

from dangan.access import actions as access
from dangan.access.queries import actor_of, token_scopes
from dangan.access.rules import Actor
from dangan.workflow.models import Case


def send(actor: Actor, path: str, body: object, scopes: list[str] | None = None) -> Any:
    """POST with a token of ``actor``; all of what it may carry unless ``scopes`` says less."""
    owner = actor_of(actor.id)
    wanted = token_scopes(owner) if scopes is None else scopes
    made = access.create_token(owner, label="薪酬系统", scopes=wanted, days=1)
    head = {"Authorization": f"Bearer {made.raw}"}
    return Client().generic(
        "POST", f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=head
    )


def test_finance_begins_a_change_of_pay_and_nothing_is_written(desk: Desk) -> None:
    path = f"/subjects/{desk.person}/records/pay"
    before = rows_of(desk.person, "pay")
    answer = send(desk.finance, path, {"values": {"base": "9000"}, "reason": "定薪"})
    assert answer.status_code == 202, answer.content.decode()
    assert Case.objects.get(pk=answer.json()["case"]).number == answer.json()["number"]
    assert rows_of(desk.person, "pay") == before


def test_a_token_without_that_scope_does_not(desk: Desk) -> None:
    path = f"/subjects/{desk.person}/records/pay"
    scopes = [key for key in token_scopes(actor_of(desk.finance.id)) if key != "data.start"]
    answer = send(desk.finance, path, {"values": {"base": "9000"}, "reason": "定薪"}, scopes)
    assert answer.status_code == 403
    assert not Case.objects.exists()
