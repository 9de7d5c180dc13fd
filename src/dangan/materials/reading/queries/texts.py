"""The text of one material, page by page."""

from __future__ import annotations

from uuid import UUID

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.reading.models import Reading
from dangan.materials.reading.pages import current_pages
from dangan.materials.reading.rules.lines import Line, decode
from dangan.materials.reading.sealing import lines_place
from dangan.materials.reading.shapes import PageText
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed, SubjectKey, unseal

NOT_QUEUED = "none"


def texts(actor: Actor, material: UUID) -> tuple[Look, Item, list[PageText]]:
    """The material's pages in order with what was read on them; noted in the log.

    For those who keep the volume. Raises :class:`Absent` and :class:`Refused` as
    ``catalogue.queries.material``.
    """
    looked, item = catalogue.material(actor, material)
    if not looked.sight.whole:
        raise Absent  # a reader looks at pictures; to take the text is to excerpt
    try:
        key = vault.key_of(looked.volume.subject_id)
    except KeyDestroyed as error:
        raise Absent from error
    pages = current_pages(material=material)
    readings = Reading.objects.in_bulk([page.id for page in pages])
    found = [_text(key, page.id, page.number, readings.get(page.id)) for page in pages]
    actor.trail.add(
        Event(
            "reading.text",
            subject=looked.volume.subject_id,
            object=str(material),
            facts={"pages": len(found), "grants": [one.number for one in looked.sight.grants]},
        )
    )
    return looked, item, found


def lines_of(key: SubjectKey, reading: Reading | None) -> tuple[Line, ...]:
    """The lines that stand sealed in a reading; none before the page was read."""
    if reading is None or reading.sealed is None:
        return ()
    place = lines_place(key.subject, reading.page, reading.version)
    return decode(unseal(key, place, bytes(reading.sealed)))


def _text(key: SubjectKey, page: UUID, number: int, reading: Reading | None) -> PageText:
    if reading is None:
        return PageText(page, number, NOT_QUEUED, "", "", ())
    label, reason = reading.get_state_display(), reading.get_reason_display()
    return PageText(page, number, reading.state, label, reason, lines_of(key, reading))
