"""The demonstration is at work: something on every desk, and nothing where people are missing."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.files.conftest import folder

from dangan.access.queries import actor_named, console_actor
from dangan.confidentiality.models import SecretPost, Signature
from dangan.dossiers.collection.models import Invitation
from dangan.entitlements.models import Campaign
from dangan.lifecycle.models import ChecklistItem
from dangan.operations.demo.loading import load
from dangan.workflow import queries as workflow
from dangan.workflow.models import Case, Deputy

__all__ = ["folder"]

AT_WORK = ("hr", "hrmanager", "head", "head2", "finance", "legal", "leader", "office", "archivist")


@pytest.mark.django_db
@pytest.mark.usefixtures("folder")
def test_every_desk_has_something_to_do() -> None:
    load(console_actor())
    for login in AT_WORK:
        assert workflow.desk(actor_named(login), "todo").total, login
    kinds = Counter(Case.objects.values_list("kind", "state"))
    assert Case.objects.count() <= 35
    assert {kind for kind, _state in kinds} == {
        "change", "promotion", "transfer", "regularisation", "departure", "temporary_grant",
        "reveal", "consultation", "copying", "loan", "transfer_out", "destruction",
    }  # fmt: skip
    assert {state for _kind, state in kinds} == {
        "open", "returned", "agreed", "refused", "withdrawn",
    }  # fmt: skip
    started = workflow.desk(actor_named("employee"), "started")
    assert Counter(line.state for line in started.lines) == {"open": 1, "returned": 1}
    steps = {line.step_label for line in workflow.desk(actor_named("it"), "done").lines}
    assert steps, "IT has handed over"
    assert Invitation.objects.filter(state="submitted").count() == 1
    assert Campaign.objects.filter(ended_at=None).count() == 1
    assert SecretPost.objects.count() == 2
    assert 5 <= Signature.objects.count() < 13
    assert Deputy.objects.count() == 1
    assert ChecklistItem.objects.filter(after=True, state="open").exists()


@pytest.mark.django_db
def test_where_people_are_missing_nothing_is_under_way() -> None:
    load(console_actor(), persons=45)
    assert not Case.objects.exists()
