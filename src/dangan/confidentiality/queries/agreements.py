"""Agreements: which wait for somebody's signature, and whose signature a text waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from dangan.access.queries import system_actor
from dangan.access.rules import Absent, Actor, reach, require
from dangan.audit.rules import Event
from dangan.confidentiality import clearance
from dangan.confidentiality.models import AgreementText, AgreementVersion, Signature
from dangan.confidentiality.queries.posts import IN_SERVICE, query_of
from dangan.confidentiality.rules import Wording, signed_enough
from dangan.confidentiality.sealing import signature_place
from dangan.dossiers.models import Subject
from dangan.organization import queries as organization_queries
from dangan.roster import queries as roster_queries
from dangan.roster.rules import RosterQuery
from dangan.vault import queries as vault_queries
from dangan.vault.rules import unseal

PAGE = 50


class SignedBy(msgspec.Struct, frozen=True):
    """What is sealed of a signature. ``sha256`` is the digest of what was shown."""

    name: str
    number: str
    address: str
    account: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature with what it says."""

    signature: Signature
    version: AgreementVersion
    by: SignedBy


@dataclass(frozen=True, slots=True)
class Due:
    """A version that waits for somebody's signature."""

    version: AgreementVersion
    again: bool


@dataclass(frozen=True, slots=True)
class TextLine:
    """A text with its newest version and how many of its people have signed."""

    text: AgreementText
    version: AgreementVersion
    audience: str
    people: int
    signed: int

    @property
    def open(self) -> int:
        return self.people - self.signed


@dataclass(frozen=True, slots=True)
class TextView:
    """A text, its versions (newest first), and one page of those who have not signed."""

    line: TextLine
    versions: tuple[AgreementVersion, ...]
    total: int
    offset: int
    limit: int
    unsigned: tuple[tuple[UUID, str, str], ...]
    """(subject, name, unit)"""


def due(actor: Actor) -> list[Due]:
    """What waits for the actor's own signature; a handful of statements, most often two."""
    subject = actor.subject
    if subject is None or not actor.may("agreements.sign"):
        return []
    texts = list(AgreementText.objects.filter(closed_at__isnull=True))
    if not texts:
        return []
    mine = _audiences_of(subject, texts)
    versions = _versions(text for text in texts if text.id in mine)
    signed = _signed_by(subject)
    return [
        Due(found[-1], again=bool(signed.get(text)))
        for text, found in versions.items()
        if not signed_enough(_wordings(found), signed.get(text, ()))
    ]


def _versions(texts: Iterable[AgreementText]) -> dict[UUID, list[AgreementVersion]]:
    """The versions of each text, oldest first."""
    found: dict[UUID, list[AgreementVersion]] = {}
    wanted = AgreementVersion.objects.filter(text__in=[text.id for text in texts])
    for version in wanted.order_by("number"):
        found.setdefault(version.text_id, []).append(version)
    return found


def _wordings(versions: Sequence[AgreementVersion]) -> list[Wording]:
    return [Wording(version.number, version.sign_again) for version in versions]


def _signed_by(subject: UUID) -> dict[UUID, set[int]]:
    rows = Signature.objects.filter(subject=subject)
    found: dict[UUID, set[int]] = {}
    for text, number in rows.values_list("version__text", "version__number"):
        found.setdefault(text, set()).add(number)
    return found


def _audiences_of(subject: UUID, texts: Sequence[AgreementText]) -> set[UUID]:
    """Which of the texts are meant for one person."""
    person = Subject.objects.filter(id=subject).values_list("state", "unit").first()
    if person is None or person[0] not in IN_SERVICE:
        return set()
    path = organization_queries.tree().path_of(person[1])
    secret: set[UUID] | None = None
    found = set()
    for text in texts:
        if text.audience == AgreementText.Audience.SECRET:
            secret = secret_holders() if secret is None else secret
            wanted = subject in secret
        else:
            wanted = text.unit is None or text.unit in path
        if wanted:
            found.add(text.id)
    return found


def secret_holders(actor: Actor | None = None) -> set[UUID]:
    """Everyone who holds a post of the register, within ``actor``'s reach or at all."""
    wanted = [query_of(post) for post in clearance.open_posts()]
    return set().union(*roster_queries.subjects_of_each(actor or system_actor(), wanted))


def audiences(actor: Actor, texts: Sequence[AgreementText]) -> dict[UUID, set[UUID]]:
    """The people each text is meant for, within the actor's reach; one look at the roster."""
    by_unit = [text for text in texts if text.audience != AgreementText.Audience.SECRET]
    wanted = [RosterQuery(unit=text.unit, states=IN_SERVICE) for text in by_unit]
    people = roster_queries.subjects_of_each(actor, wanted)
    found = {text.id: set(some) for text, some in zip(by_unit, people, strict=True)}
    if len(by_unit) < len(texts):
        secret = secret_holders(actor)
        found |= {text.id: secret for text in texts if text.id not in found}
    return found


def texts(actor: Actor, *, closed: bool = False) -> list[TextLine]:
    """All texts with how far they are signed. Permission agreements.manage."""
    require(actor, "agreements.manage")
    found = list(
        AgreementText.objects.filter(closed_at__isnull=not closed).order_by("-opened_at", "id")
    )
    versions = _versions(found)
    done = _done(versions)
    people = audiences(actor, found)
    lines = [_line(text, versions[text.id], people[text.id], done[text.id]) for text in found]
    actor.trail.add(Event("agreement.list", facts={"texts": len(lines)}))
    return lines


def _done(versions: Mapping[UUID, Sequence[AgreementVersion]]) -> dict[UUID, set[UUID]]:
    """Who has signed each text well enough; one statement for all."""
    numbers: dict[UUID, dict[UUID, set[int]]] = {text: {} for text in versions}
    rows = Signature.objects.filter(version__text__in=list(versions))
    for text, number, subject in rows.values_list("version__text", "version__number", "subject"):
        numbers[text].setdefault(subject, set()).add(number)
    return {
        text: {
            subject
            for subject, signed in numbers[text].items()
            if signed_enough(_wordings(versions[text]), signed)
        }
        for text in versions
    }


def _line(
    text: AgreementText, versions: Sequence[AgreementVersion], people: set[UUID], done: set[UUID]
) -> TextLine:
    words = str(AgreementText.Audience(text.audience).label)
    if text.unit is not None:
        words = organization_queries.tree().full_label(text.unit)
    return TextLine(text, versions[-1], words, len(people), len(people & done))


def open_text(actor: Actor, text: UUID, *, offset: int = 0) -> TextView:
    """A text with a page of who has not signed. Permission agreements.manage; raises Absent."""
    require(actor, "agreements.manage")
    versions = list(
        AgreementVersion.objects.filter(text=text).select_related("text").order_by("number")
    )
    if not versions:
        raise Absent
    found = versions[0].text
    done = _done({found.id: versions})[found.id]
    people = audiences(actor, [found])[found.id]
    line = _line(found, versions, people, done)
    missing = sorted(people - done)
    shown = missing[offset : offset + PAGE]
    actor.trail.add(
        Event(
            "agreement.unsigned",
            object=str(found.id),
            facts={"rows": len(shown)},
            detail={"subjects": [str(subject) for subject in shown]},
        )
    )
    return TextView(
        line, tuple(reversed(versions)), len(missing), offset, PAGE, tuple(_people(shown))
    )


def _people(subjects: Sequence[UUID]) -> list[tuple[UUID, str, str]]:
    names = roster_queries.names(subjects)
    tree = organization_queries.tree()
    units = dict(Subject.objects.filter(id__in=subjects).values_list("id", "unit"))
    return [
        (
            subject,
            names.get(subject, ""),
            tree.label(units.get(subject)) if units.get(subject) else "",
        )
        for subject in subjects
    ]


def unsigned(actor: Actor, text: AgreementText) -> set[UUID]:
    """Everyone within reach whose signature the text waits for."""
    versions = _versions([text])
    return audiences(actor, [text])[text.id] - _done(versions)[text.id]


def my_signatures(actor: Actor) -> list[Signed]:
    """What the actor has signed, the newest first."""
    if actor.subject is None:
        return []
    rows = Signature.objects.filter(subject=actor.subject).select_related("version")
    found = list(rows.order_by("-at"))
    return [_opened(item) for item in found]


def _opened(item: Signature) -> Signed:
    key = vault_queries.key_of(item.subject)
    body = unseal(key, signature_place(item.subject, item.id), bytes(item.sealed))
    return Signed(item, item.version, msgspec.json.decode(body, type=SignedBy))


def signature(actor: Actor, signature: UUID) -> Signed:
    """One signature: the person's own, or for agreements.manage within reach; noted in the log.

    Raises :class:`Absent` for anybody else's.
    """
    found = Signature.objects.select_related("version__text").filter(id=signature).first()
    own = found is not None and found.subject == actor.subject
    if found is None or not (own or _may_read(actor, found)):
        actor.trail.add(
            Event(
                "agreement.read",
                outcome="refused",
                subject=found.subject if found else None,
                object=str(signature),
            )
        )
        raise Absent
    actor.trail.add(Event("agreement.read", subject=found.subject, object=str(signature)))
    return _opened(found)


def _may_read(actor: Actor, found: Signature) -> bool:
    if not actor.may("agreements.manage"):
        return False
    unit = Subject.objects.filter(id=found.subject).values_list("unit", flat=True).first()
    return reach(actor).contains(found.subject, organization_queries.tree().path_of(unit))
