"""Duties after a departure as reminders: the countdown of the labour contract law, article 50."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid5

from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.models import ChecklistItem, Kind
from dangan.lifecycle.reminders import Item
from dangan.ui.languages import label

KEY = "departure-duties"


def departure_duties(today: date) -> Iterator[Item]:
    """Every unsigned duty after a departure with its last day; one statement.

    The day stands as it was set when the departure took effect, whatever ``today`` is.
    """
    del today
    table = checklist()
    waiting = ChecklistItem.objects.filter(
        after=True,
        state=ChecklistItem.State.OPEN,
        due__isnull=False,
        movement__kind=Kind.DEPARTURE,
    )
    for duty in waiting.select_related("movement").order_by("due", "id"):
        line = table.line(duty.department, duty.item)
        if duty.due is None:
            continue  # the query asked for days; the type does not know
        yield Item(
            subject=duty.movement.subject,
            kind="countdown",
            day=duty.due,
            row=uuid5(duty.movement_id, f"{duty.department}.{duty.item}"),
            label=label(line.label, line.label_en),
        )
