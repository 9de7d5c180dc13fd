"""Fields that name another person (a supervisor): who is meant, and loops of supervisors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from dangan.dictionary.rules import Dictionary, Message
from dangan.dossiers.rules import SupervisorLinks
from dangan.exchange.rules.guessing import KEYS, NAME
from dangan.exchange.rules.joining import Draft, RowDraft
from dangan.exchange.rules.report import Finding

SUPERVISOR = "post.supervisor"
UNRESOLVED = "?"
"""Marks a name or number not yet turned into a person: no stored value begins with it."""


def unresolved(text: str) -> str:
    """What parsing leaves where another person is named; :func:`resolve` replaces it."""
    return UNRESOLVED + "".join(text.split())


@dataclass(frozen=True, slots=True)
class Known:
    """Stored people that the file may mean: by unique value, and by name."""

    by_key: Mapping[str, UUID] = field(default_factory=dict)
    by_name: Mapping[str, Sequence[UUID]] = field(default_factory=dict)


def named(drafts: Iterable[Draft], dictionary: Dictionary) -> set[str]:
    """The names and numbers of other people in the file."""
    return {
        str(row.values[key])[1:] for draft in drafts for row, key in _references(draft, dictionary)
    }


def resolve(
    drafts: Sequence[Draft],
    known: Known,
    identities: Mapping[int, UUID],
    dictionary: Dictionary,
) -> list[Finding]:
    """Puts identifiers where names and numbers stood; what cannot be told apart is refused.

    ``identities`` gives the identifier of every draft, new ones too, by ``id(draft)``.
    """
    by_key, by_name = _in_file(drafts, identities)
    findings = []
    for draft in drafts:
        for row, key in _references(draft, dictionary):
            text = str(row.values.pop(key))[1:]
            found = by_key.get(text) or known.by_key.get(text)
            if found is not None:
                row.values[key] = str(found)
                continue
            candidates = {*by_name.get(text, ()), *known.by_name.get(text, ())}
            if len(candidates) == 1:
                row.values[key] = str(candidates.pop())
                continue
            findings.append(Finding(row.place(key), _why_not(text, len(candidates))))
            row.parsed(key).bad = draft.bad = True
    return findings


def refuse_loops(
    drafts: Sequence[Draft],
    identities: Mapping[int, UUID],
    stored: Mapping[UUID, UUID],
) -> list[Finding]:
    """Nobody may be their own supervisor over any number of steps; ``stored`` holds the
    supervisors of people whose row the file does not change."""
    links = dict(stored)
    places: dict[UUID, tuple[Draft, RowDraft]] = {}
    for draft in drafts:
        for row in draft.rows:
            value = row.values.get("supervisor") if row.info_set == "post" else None
            if value is not None and not draft.bad:
                links[identities[id(draft)]] = UUID(str(value))
                places[identities[id(draft)]] = (draft, row)
    findings = []
    for person, (draft, row) in places.items():
        loop = SupervisorLinks(links).loop_from(person)
        if person in loop:
            findings.append(Finding(row.place("supervisor"), _loop_message(len(loop))))
            row.parsed("supervisor").bad = draft.bad = True
    return findings


def _loop_message(length: int) -> Message:
    if length == 1:
        return Message("直接上级填成了本人，请改正。")
    return Message("上级关系绕成了圈（{count} 个人互为上下级），请改正其中一个。", count=length)


def _why_not(text: str, count: int) -> Message:
    if count:
        return Message("叫“{name}”的有 {count} 个人，请改填员工编号。", name=text, count=count)
    return Message(
        "没有找到“{name}”，文件里和系统里都没有这个人。请核对，或改填员工编号。", name=text
    )


def _references(draft: Draft, dictionary: Dictionary) -> list[tuple[RowDraft, str]]:
    return [
        (row, item.key)
        for row in draft.rows
        for item in dictionary.sets[row.info_set].fields
        if item.type == "subject" and str(row.values.get(item.key, "")).startswith(UNRESOLVED)
    ]


def _in_file(
    drafts: Iterable[Draft], identities: Mapping[int, UUID]
) -> tuple[dict[str, UUID], dict[str, set[UUID]]]:
    by_key: dict[str, UUID] = {}
    by_name: dict[str, set[UUID]] = {}
    for draft in drafts:
        if draft.bad:
            continue
        identity = identities[id(draft)]
        for path in KEYS:
            value = draft.value(path)
            if value is not None:
                by_key.setdefault(str(value), identity)
        name = draft.value(NAME)
        if name is not None:
            by_name.setdefault("".join(str(name).split()), set()).add(identity)
    return by_key, by_name
