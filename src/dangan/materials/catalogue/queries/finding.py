"""Finding volumes by what a person types: a name, pinyin, an employee number, or their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from dangan.access import units
from dangan.access.rules import Actor, reach
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.shown import VolumeLine, volume_lines
from dangan.roster import queries as roster_queries
from dangan.roster.rules import NAME, NUMBER, Cell

_SHORTEST_NUMBER = 2


def find_volumes(
    actor: Actor,
    text: str,
    limit: int = 8,
    *,
    permission: str = "archive.view",
    restricted: bool = False,
) -> list[VolumeLine]:
    """Volumes whose number holds ``text`` or whose person is found by it, exact numbers first.

    Only volumes of people over whose unit the actor holds ``permission`` (``archive.use`` for
    those who ask for a consultation: then also only people they may know of). What is destroyed
    is never found; what is restricted only when asked for (disposal). Answers nothing for a text
    shorter than two signs of a number. Noted.
    """
    text = text.strip()[:64]
    if not text or not actor.may(permission):
        return []
    known = [row for row in _candidates(actor, text, restricted) if _knows(actor, row, permission)]
    found = known[:limit]
    actor.trail.add(
        Event(
            "volume.find",
            detail={"text": text, "volumes": [str(row.pk) for row in found]},
            facts={"hits": len(found)},
        )
    )
    return volume_lines(actor, found)


def volume_chosen(actor: Actor, text: str, *, permission: str = "archive.view") -> list[Volume]:
    """The volumes that a typed text names: the one with this id or number, else every one whose
    person is named so. The caller says what to do with none or several."""
    text = text.strip()[:64]
    if not text or not actor.may(permission):
        return []
    return [row for row in _named(actor, text) if _knows(actor, row, permission)]


def _candidates(actor: Actor, text: str, restricted: bool) -> list[Volume]:
    by_number = Q(number__icontains=text) if len(text) >= _SHORTEST_NUMBER else Q(pk=None)
    people = _people(actor, text)
    rows = _rows(by_number | Q(subject__in=people), restricted=restricted)
    places = {subject: place for place, subject in enumerate(people)}
    last = len(places)
    return sorted(
        rows,
        key=lambda row: (
            row.number.upper() != text.upper(),
            places.get(row.subject_id, last),
            row.number,
        ),
    )


def _named(actor: Actor, text: str) -> Iterable[Volume]:
    try:
        return _rows(Q(pk=UUID(text)))
    except ValueError:
        exact = _rows(Q(number__iexact=text))
    if exact:
        return exact
    hits = roster_queries.search(actor, text, limit=20) if actor.may("roster.view") else []
    alike = [hit.subject for hit in hits if _is_named(hit.cells, text)]
    return _rows(Q(subject__in=alike))


def _is_named(cells: Mapping[str, Cell], text: str) -> bool:
    return any(cells[path].value == text for path in (NAME, NUMBER) if path in cells)


def _people(actor: Actor, text: str) -> list[UUID]:
    if not actor.may("roster.view"):
        return []
    return [hit.subject for hit in roster_queries.search(actor, text, limit=50)]


def _rows(wanted: Q, *, restricted: bool = False) -> list[Volume]:
    rows = Volume.objects.select_related("subject", "fonds").filter(wanted)
    rows = rows.exclude(standing=Volume.Standing.DESTROYED)
    return list(rows if restricted else rows.filter(restricted_at__isnull=True))


def _knows(actor: Actor, volume: Volume, permission: str) -> bool:
    path = units.path(volume.subject.unit)
    if not actor.may_at(permission, path):
        return False
    return actor.may_at("archive.view", path) or reach(actor).contains(volume.subject_id, path)
