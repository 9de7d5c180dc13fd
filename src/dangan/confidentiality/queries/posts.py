"""The register of secret posts and who holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Showing, field_showings, require
from dangan.audit.rules import Event
from dangan.confidentiality import clearance
from dangan.confidentiality.models import Exemption, SecretPost
from dangan.confidentiality.rules import Lack
from dangan.confidentiality.sealing import exemption_place
from dangan.dictionary import queries as dictionary_queries
from dangan.organization import queries as organization_queries
from dangan.roster import queries as roster_queries
from dangan.roster.rules import NAME, NUMBER, AnyOf, Filter, RosterQuery
from dangan.vault import queries as vault_queries
from dangan.vault.rules import unseal

IN_SERVICE = frozenset({"draft", "confirmed", "filed", "changed"})
PAGE = 50
SHOWN_BY = {
    "training": ("training", "result"),
    "check": ("background_check", "result"),
    "agreement": ("secrecy_agreement", "state"),
}
"""The field whose rule says whether a lack may be told: by what is lacking."""


@dataclass(frozen=True, slots=True)
class PostLine:
    """A line of the register; ``holders`` counts those within the reader's reach."""

    post: SecretPost
    unit: str
    level: str
    asks: tuple[str, ...]
    holders: int


@dataclass(frozen=True, slots=True)
class HolderLine:
    """Somebody who holds the post. ``lacks`` None: some of it is not for this reader."""

    subject: UUID
    name: str
    number: str
    unit: str
    lacks: tuple[Lack, ...] | None
    exemption: Exemption | None
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class PostView:
    """A post with a page of its holders, as ``pager`` needs it."""

    line: PostLine
    total: int
    offset: int
    limit: int
    holders: tuple[HolderLine, ...]


def query_of(post: SecretPost) -> RosterQuery:
    """Everyone in service whose present post the line means."""
    filters: dict[str, Filter] = {}
    if post.position:
        filters["post.position"] = AnyOf(frozenset({post.position}))
    return RosterQuery(
        unit=post.unit, filters=filters, states=IN_SERVICE, columns=(NAME, NUMBER), limit=PAGE
    )


def register(actor: Actor, *, closed: bool = False) -> list[PostLine]:
    """The posts, the most secret first. Permission secrecy.view."""
    require(actor, "secrecy.view")
    found = SecretPost.objects.filter(closed_at__isnull=not closed).order_by("level", "position")
    posts = list(found)
    held = roster_queries.subjects_of_each(actor, [query_of(post) for post in posts])
    lines = [_line(post, len(people)) for post, people in zip(posts, held, strict=True)]
    actor.trail.add(Event("secrecy.view", facts={"posts": len(lines)}))
    return lines


def post_of(actor: Actor, post: UUID) -> SecretPost:
    """One post; raises :class:`Absent`. Permission secrecy.view."""
    require(actor, "secrecy.view")
    found = SecretPost.objects.filter(id=post).first()
    if found is None:
        raise Absent
    return found


def post_view(actor: Actor, post: UUID, *, offset: int = 0) -> PostView:
    """A post, who holds it and what each lacks, cut to the reader's rights and noted in the log."""
    found = post_of(actor, post)
    today = timezone.localdate()
    query = query_of(found)
    page = roster_queries.page(actor, replace(query, offset=offset))
    tree = organization_queries.tree()
    people = [row.subject for row in page.rows]
    missing = clearance.lacking(found, people, today) if people else {}
    exemptions = clearance.exempted(found, people, today) if people else {}
    reasons = _reasons(exemptions.values())
    by = names_of_accounts({item.by for item in exemptions.values()}) if exemptions else {}
    holders = []
    for row in page.rows:
        path = tree.path_of(row.unit)
        exemption = exemptions.get(row.subject)
        holders.append(
            HolderLine(
                subject=row.subject,
                name=_text(row.cells.get(NAME)),
                number=_text(row.cells.get(NUMBER)),
                unit=tree.label(row.unit) if row.unit else "",
                lacks=_tellable(actor, row.subject, path, found, missing.get(row.subject, [])),
                exemption=exemption,
                reason=reasons.get(row.subject, ""),
                by=by.get(exemption.by, "") if exemption else "",
            )
        )
    actor.trail.add(
        Event(
            "secrecy.holders",
            object=str(found.id),
            facts={"rows": len(holders)},
            detail={"subjects": [str(subject) for subject in people]},
        )
    )
    return PostView(_line(found, page.total), page.total, offset, PAGE, tuple(holders))


def _text(cell: object) -> str:
    return str(getattr(cell, "value", "") or "")


def _line(post: SecretPost, holders: int) -> PostLine:
    tables = dictionary_queries.current().code_tables
    asks = [tables["check_item"].name_of(code) for code in post.checks]
    return PostLine(
        post=post,
        unit=organization_queries.tree().full_label(post.unit) if post.unit else "",
        level=tables["secrecy_post"].name_of(post.level),
        asks=tuple(asks),
        holders=holders,
    )


def _tellable(
    actor: Actor,
    subject: UUID,
    path: tuple[UUID, ...],
    post: SecretPost,
    missing: Sequence[Lack],
) -> tuple[Lack, ...] | None:
    """The lacks, when the reader may see every part that the post asks for; None otherwise."""
    asked = {"check"} if post.checks else set()
    asked |= {"training"} if post.training_months is not None else set()
    asked |= {"agreement"} if post.needs_agreement else set()
    sets = dictionary_queries.current().sets
    for what in asked:
        info_set, field = SHOWN_BY[what]
        showings = field_showings(actor, subject, path, sets[info_set])
        if showings.get(field, Showing.HIDDEN) is Showing.HIDDEN:
            return None
    return tuple(missing)


def _reasons(exemptions: Iterable[Exemption]) -> dict[UUID, str]:
    items = list(exemptions)
    keys = vault_queries.keys_of({item.subject for item in items}, skip_destroyed=True)
    return {
        item.subject: unseal(
            keys[item.subject], exemption_place(item.subject, item.id), bytes(item.sealed_reason)
        ).decode()
        for item in items
        if item.subject in keys
    }
