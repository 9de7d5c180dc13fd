"""Opening the cases of this room: facts worked out, the row told its case and number."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from dangan.access import registry
from dangan.access.models import Account, Grant, RightsRequest
from dangan.access.queries import not_over
from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary
from dangan.dictionary.rules import FieldClass
from dangan.entitlements import reaching
from dangan.entitlements.models import Handover, PasswordReset, RevealWish, TemporaryWish, Wish
from dangan.entitlements.rules import is_broad
from dangan.workflow import actions as workflow
from dangan.workflow.handling import Json
from dangan.workflow.models import Case
from dangan.workflow.people import unit_of


def open_temporary(actor: Actor, wish: TemporaryWish) -> Case:
    """A temporary grant goes on its way."""
    facts = _facts_of_role(wish.account, wish.role, wish.unit)
    facts["days"] = (wish.until - wish.begins).days + 1
    return _open(actor, "temporary_grant", actor.subject, wish, facts)


def open_reveal(actor: Actor, wish: RevealWish) -> Case:
    """A wish to look goes on its way; the case concerns the person to be looked at."""
    facts: dict[str, Json] = {
        "top_class": int(top_class(wish.fields)),
        "hours": wish.hours,
        "fields": sum(len(keys) for keys in wish.fields.values()),
    }
    return _open(actor, "reveal", wish.subject, wish, facts)


def open_handover(actor: Actor, wish: Handover) -> Case:
    """A hand-over goes on its way; the case concerns whoever takes over."""
    roles = [role for role, _unit in wish.roles]
    facts: dict[str, Json] = {
        "variant": "handover",
        "sensitive": any(reaching.is_sensitive(role) for role in roles),
        "over_broad": any(unit is None for _role, unit in wish.roles),
        "conflicting": any(_conflicts(wish.account, role) for role in roles),
    }
    return _open(actor, "handover", _subject_of(wish.account), wish, facts)


def open_reset(actor: Actor, wish: PasswordReset) -> Case:
    """A reset goes on its way; the case concerns the account's holder."""
    subject = _subject_of(wish.account)
    held = _held(wish.account)
    facts: dict[str, Json] = {
        "variant": "reset",
        "sensitive": any(reaching.is_sensitive(role) for role in held),
        "over_broad": False,
        "conflicting": False,
    }
    return _open(actor, "handover", subject, wish, facts)


def open_rights_change(actor: Actor, request: RightsRequest, reason: str) -> Case:
    """A request for rights goes on its way; the case concerns whoever gains."""
    facts = _facts_of_role(request.account_id, request.role, request.unit)
    facts["verb"] = request.verb
    return workflow.open_case(
        actor,
        definition="rights_change",
        subject=_subject_of(request.account_id),
        object=request.id,
        facts=facts,
        words=reason,
        barred=[request.account_id],
    )


def top_class(fields: Mapping[str, list[str]]) -> FieldClass:
    """The highest class among fields."""
    known = dictionary.current().sets
    levels = [
        known[info_set].by_key[key].field_class for info_set, keys in fields.items() for key in keys
    ]
    return max(levels)


def _open(
    actor: Actor, definition: str, subject: UUID | None, wish: Wish, facts: Mapping[str, Json]
) -> Case:
    """Opens the case of a row just stored, and tells the row its case."""
    barred = [wish.account]
    if isinstance(wish, Handover):
        barred.append(wish.giver)
    case = workflow.open_case(
        actor,
        definition=definition,
        subject=subject,
        object=wish.id,
        facts=facts,
        barred=barred,
    )
    type(wish)._default_manager.filter(pk=wish.pk).update(case=case.id, number=case.number)
    wish.case, wish.number = case.id, case.number
    return case


def _facts_of_role(account: UUID, role: str, unit: UUID | None) -> dict[str, Json]:
    subject = _subject_of(account)
    counts = reaching.head_counts()
    own = unit_of(subject)
    own_size = reaching.branch_size(own, counts) if own else 0
    return {
        "role": role,
        "whole_company": unit is None,
        "over_broad": is_broad(reaching.reached(role, unit, counts), own_size),
        "conflicting": _conflicts(account, role),
        "sensitive": reaching.is_sensitive(role),
    }


def _subject_of(account: UUID) -> UUID | None:
    return Account.objects.filter(pk=account).values_list("subject", flat=True).first()


def _held(account: UUID) -> set[str]:
    held = Grant.objects.filter(not_over(timezone.localdate()), account=account)
    return set(held.values_list("role", flat=True))


def _conflicts(account: UUID, role: str) -> bool:
    return registry.matrix().conflict(_held(account) - {role}, role) is not None
