"""Asking whether somebody must keep away from a person's file (干部人事档案工作条例: 任何个人不得
查阅、借用或者复制本人和其直系亲属的干部人事档案).

Nothing is remembered beyond the call: a family row entered a minute ago keeps away now. An
account without a dossier has no family record; nothing is known of it and nothing stands in its
way here, which is why readers of cadre files are named people (consultation). A row that does not
open raises :class:`~dangan.vault.rules.Tampered`: better no page than a relative's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from dangan.access.rules import Actor
from dangan.dossiers.models import Record
from dangan.dossiers.opening import open_values
from dangan.dossiers.rules import Values
from dangan.materials.avoidance.models import Clearing
from dangan.materials.avoidance.rules import (
    EMERGENCY_KIN,
    UNRELATED,
    Match,
    Member,
    Person,
    Relation,
    bare,
    digits,
    matches,
    nearest,
)
from dangan.vault import queries as vault

_SETS = ("identity", "contact", "family")
_PHONES = ("mobile", "office_phone")


def relation(actor: Actor, subject: UUID) -> Relation | None:
    """Why the actor must keep away from this person's file; None when nothing is known."""
    return relation_of(actor.subject, subject)


def relation_of(reader: UUID | None, subject: UUID) -> Relation | None:
    """The same for a person by their dossier; None for an account without one.

    Two statements, a third where a name agrees.
    """
    if reader is None:
        return None
    return relations(reader, [subject]).get(subject)


def relations(reader: UUID | None, subjects: Collection[UUID]) -> dict[UUID, Relation]:
    """Which of these people are the reader or a relative; the same number of statements."""
    if reader is None:
        return {}
    own = {reader: Relation("own")} if reader in subjects else {}
    others = [subject for subject in subjects if subject != reader]
    if not others:
        return own
    people, family = _read([reader, *others])
    if reader not in people:
        return own
    found = {
        subject: list(matches(people[reader], people[subject], family))
        for subject in others
        if subject in people
    }
    cleared = _cleared(match for several in found.values() for match in several)
    left = {subject: nearest(several, cleared) for subject, several in found.items()}
    return own | {
        subject: Relation("relative", match.member.relation)
        for subject, match in left.items()
        if match is not None
    }


def standing_matches(reader: UUID, subject: UUID) -> list[Match]:
    """The family rows that keep the two apart now; the caller decides who may see them."""
    people, family = _read([reader, subject])
    if reader == subject or reader not in people or subject not in people:
        return []
    found = list(matches(people[reader], people[subject], family))
    cleared = _cleared(found)
    return [
        match
        for match in found
        if (match.member.row, match.member.version, match.other) not in cleared
    ]


def clearing_token(row: UUID, version: int, other: UUID) -> int:
    """The keyed token by which a cleared row is known again."""
    return vault.token_of("avoidance", f"{row}|{version}|{other}")


def _cleared(found: Iterable[Match]) -> set[tuple[UUID, int, UUID]]:
    asked = {
        clearing_token(match.member.row, match.member.version, match.other): (
            match.member.row,
            match.member.version,
            match.other,
        )
        for match in found
    }
    if not asked:
        return set()
    rows = Clearing.objects.filter(token__in=asked, ended_at__isnull=True)
    return {asked[token] for token in rows.values_list("token", flat=True)}


def _read(
    subjects: Sequence[UUID],
) -> tuple[dict[UUID, Person], Mapping[UUID, Sequence[Member]]]:
    """What the dossiers of these people say; who has no key or no dossier is left out."""
    keys = vault.keys_of(subjects, skip_destroyed=True)
    values: dict[UUID, dict[str, list[Values]]] = {subject: {} for subject in keys}
    family: dict[UUID, list[Member]] = {}
    rows = Record.objects.filter(
        subject__in=list(keys), current=True, deleted=False, info_set__in=_SETS
    ).values_list("subject_id", "info_set", "row", "version", "sealed")
    for subject, info_set, row, version, sealed in rows:
        opened = open_values(keys[subject], info_set, row, version, sealed)
        values[subject].setdefault(info_set, []).append(opened)
        member = _READERS[info_set](subject, row, version, opened)
        if member is not None:
            family.setdefault(subject, []).append(member)
    return {subject: _person(subject, sets) for subject, sets in values.items()}, family


def _person(subject: UUID, sets: Mapping[str, Sequence[Values]]) -> Person:
    identity: Values = next(iter(sets.get("identity", ())), {})
    contacts = [row.get(key) for row in sets.get("contact", ()) for key in _PHONES]
    names = [identity.get("name"), identity.get("former_name")]
    return Person(
        subject,
        frozenset(bare(str(name)) for name in names if name),
        str(identity.get("birth_date") or ""),
        str(identity.get("id_number") or ""),
        frozenset(digits(str(phone)) for phone in contacts if phone),
    )


def _nobody(owner: UUID, row: UUID, version: int, values: Values) -> Member | None:  # noqa: ARG001 - as the others
    return None


def _relative(owner: UUID, row: UUID, version: int, values: Values) -> Member | None:
    title = str(values.get("relation") or "")
    if title in UNRELATED:
        return None
    return Member(
        owner,
        row,
        version,
        title,
        str(values.get("name") or ""),
        str(values.get("birth_date") or ""),
        str(values.get("id_number") or ""),
        str(values.get("phone") or ""),
    )


def _emergency(owner: UUID, row: UUID, version: int, values: Values) -> Member | None:
    """The emergency contact, who is a relative as a rule; friends and colleagues are not."""
    if str(values.get("emergency_relation") or "") not in EMERGENCY_KIN:
        return None
    return Member(
        owner,
        row,
        version,
        "",
        str(values.get("emergency_name") or ""),
        phone=str(values.get("emergency_phone") or ""),
    )


_READERS = {"identity": _nobody, "contact": _emergency, "family": _relative}
