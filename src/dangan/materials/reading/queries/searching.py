"""Searching titles and the text of scans.

Candidates come from the index, cut to rights in the same statement; each is opened and checked,
so that a find is a find. What the actor may not see is neither opened nor counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.avoidance.queries import relations
from dangan.materials.catalogue.models import FileKind, Material
from dangan.materials.catalogue.queries import item_of
from dangan.materials.reading.folding import fold, fold_with_places
from dangan.materials.reading.index import tokens_of_words
from dangan.materials.reading.models import Reading
from dangan.materials.reading.pages import numbers_of
from dangan.materials.reading.problems import ReadingProblem
from dangan.materials.reading.queries.rights import WHERE, Within, within
from dangan.materials.reading.queries.texts import lines_of
from dangan.materials.reading.rules import finding
from dangan.materials.reading.sealing import entry_place
from dangan.materials.reading.shapes import Hit, Hits, Piece
from dangan.vault.queries import Unwrapper
from dangan.vault.rules import KeyDestroyed, SubjectKey, unseal

SHOWN = 50
_COLLECT = 200
"""Finds that are ranked; of more the first that the index gives."""

_BATCH = 300
"""Candidates opened at a time."""

TOO_SHORT = Message("请至少输入两个相连的字，例如“处分”。单个字太常见，不能检索。")

_SELECT = """
SELECT e.title, e.id, e.material, e.subject, e.version, e.sealed, v.id, v.number, v.kind,
       k.version, k.epoch, k.wrapped
FROM reading_entry e
JOIN catalogue_material m ON m.id = e.material
JOIN catalogue_volume v ON v.id = m.volume_id
JOIN dossiers_subject s ON s.id = v.subject_id
JOIN keystore.data_key k ON k.subject = e.subject
WHERE e.grams @> %(grams)s::smallint[] AND"""
_CANDIDATES = f"{_SELECT} e.title AND {WHERE} UNION ALL {_SELECT} NOT e.title AND {WHERE}"
"""Titles first; each part has an index of its own."""

_BY_INDEX = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off"""
"""The planner takes pairs for independent of each other and expects one candidate where there are
hundreds: it would read whole tables for each. By index a candidate costs four look-ups, and only
those that are fetched cost anything."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry that holds the words."""

    entry: UUID
    title: bool
    material: UUID
    key: SubjectKey
    volume: UUID
    number: str
    cadre: bool
    rank: int


def search(actor: Actor, text: str, limit: int = SHOWN) -> Hits:
    """Titles and pages that hold every word of ``text``, the best first.

    Raises :class:`Refused` without ``archive.search`` and :class:`ReadingProblem` when no word
    has two characters. The words are noted sealed.
    """
    require(actor, "archive.search")
    words = finding.words_of(text, fold)
    if not finding.searchable(words):
        raise ReadingProblem(TOO_SHORT)
    scope = within(actor)
    found = _finds(actor, words, scope) if scope else []
    best = sorted(found, key=lambda item: (-item.rank, item.number, str(item.entry)))[:limit]
    hits = Hits(words, _hits(best, words), len(found) > limit)
    actor.trail.add(
        Event(
            "reading.search",
            reason=text[: finding.LONGEST],
            facts={
                "found": hits.total,
                "more": hits.more,
                "entries": [str(item.entry) for item in best],
            },
        )
    )
    return hits


class _Keys:
    """Keys of the candidates' people, unwrapped once for this search and forgotten with it."""

    def __init__(self) -> None:
        self._unwrapper = Unwrapper()
        self._known: dict[UUID, SubjectKey | None] = {}

    def get(self, subject: UUID, version: int, epoch: int, wrapped: bytes) -> SubjectKey | None:
        """None when the key is destroyed."""
        if subject not in self._known:
            try:
                self._known[subject] = self._unwrapper.key(subject, version, epoch, bytes(wrapped))
            except KeyDestroyed:
                self._known[subject] = None
        return self._known[subject]


def _finds(actor: Actor, words: Sequence[str], scope: Within) -> list[_Found]:
    """Up to ``_COLLECT`` entries, or some more, that hold the words and that the actor may see."""
    found: list[_Found] = []
    keys = _Keys()
    for rows in _candidates(words, scope):
        checked = [_checked(row, words, keys) for row in rows]
        found += _without_relatives(actor, [item for item in checked if item is not None])
        if len(found) >= _COLLECT:
            break
    return found


def _candidates(words: Sequence[str], scope: Within) -> Iterator[list[tuple[Any, ...]]]:
    """Batches of candidates, fetched as far as they are wanted."""
    parameters = {"grams": tokens_of_words(words), **scope.parameters()}
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        with connection.cursor() as plain:
            plain.execute(_BY_INDEX)
        cursor.execute(_CANDIDATES, parameters)
        while rows := cursor.fetchmany(_BATCH):
            yield rows


def _checked(row: tuple[Any, ...], words: Sequence[str], keys: _Keys) -> _Found | None:
    title, entry, material, subject, version, sealed, volume, number, kind, *wrapped = row
    key = keys.get(subject, *wrapped)
    if key is None:
        return None
    folded = unseal(key, entry_place(subject, entry, version), bytes(sealed)).decode()
    if not finding.holds(folded, words):
        return None
    rank = finding.rank(folded, words, title=title)
    cadre = kind == FileKind.CADRE
    return _Found(entry, title, material, key, volume, number, cadre, rank)


def _without_relatives(actor: Actor, found: list[_Found]) -> list[_Found]:
    """Nobody finds anything in a relative's cadre file either."""
    people = {item.key.subject for item in found if item.cadre}
    kept_away = relations(actor.subject, people) if people else {}
    return [item for item in found if not (item.cadre and item.key.subject in kept_away)]


def _hits(found: Sequence[_Found], words: Sequence[str]) -> list[Hit]:
    """The finds with what a page shows of them; three statements."""
    materials = Material.objects.in_bulk({item.material for item in found})
    pages = [item.entry for item in found if not item.title]
    numbers = numbers_of(pages)
    readings = Reading.objects.only("page", "version", "sealed").in_bulk(pages)
    hits = []
    for item in found:
        line = item_of(item.key, materials[item.material])
        text = (
            line.body.title
            if item.title
            else "".join(one.text for one in lines_of(item.key, readings.get(item.entry)))
        )
        hits.append(
            Hit(
                subject=item.key.subject,
                volume=item.volume,
                number=item.number,
                material=item.material,
                body=line.body,
                secrecy=line.secrecy,
                page=None if item.title else item.entry,
                page_number=numbers.get(item.entry, 0),
                snippet=snippet(text, words),
                rank=item.rank,
            )
        )
    return hits


def snippet(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """The stretch of ``text`` around the first find, the words marked."""
    folded, places = fold_with_places(text)
    marks = [(places[start], places[end - 1] + 1) for start, end in finding.spans(folded, words)]
    start, end = finding.window(len(text), marks)
    inside = [(first - start, last - start) for first, last in marks if last <= end]
    return tuple(Piece(*piece) for piece in finding.pieces(text[start:end], inside))
