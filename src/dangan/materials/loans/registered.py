"""What loans add to the pages of other rooms."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.access import units
from dangan.access.rules import Actor
from dangan.materials.catalogue import panels
from dangan.materials.catalogue.models import Volume
from dangan.materials.loans.models import OUT, Loan
from dangan.materials.loans.queries.facts import borrower_of
from dangan.materials.loans.within import within
from dangan.materials.storeroom import holders
from dangan.materials.storeroom import phone as storeroom
from dangan.materials.storeroom.codes import Found


def actions() -> None:
    """Borrow, and come to what is ready or out, from a volume's page."""
    panels.register_action(
        "borrow",
        50,
        _("申请借阅"),
        "book-upload",
        lambda volume: f"{reverse('loans:ask')}?volume={volume.pk}",
        "archive.use",
        fits=lambda volume: volume.standing in {"held", "lent"},
    )
    panels.register_action(
        "loans",
        51,
        _("借出和归还"),
        "arrows-exchange",
        lambda volume: f"{reverse('loans:register')}?state=&q={volume.number}",
        "loans.manage",
        fits=_has_loans,
    )


def phone() -> None:
    """What the phone page offers beside a scanned label."""
    storeroom.register(
        "lend", 20, _("办理借出"), "book-upload", _of_volume, "loans.manage", _waits_for_somebody
    )
    holders.register("loans", holders_of)
    storeroom.register(
        "return", 30, _("归还"), "book-download", _of_volume, "loans.manage", _is_lent
    )


def holders_of(actor: Actor, volumes: Sequence[Volume]) -> dict[UUID, str]:
    """Who has these volumes, as far as the reader keeps files or loans of those people."""
    told = [
        row.pk
        for row in volumes
        if any(
            actor.may_at(permission, units.path(row.subject.unit))
            for permission in ("archive.view", "loans.manage")
        )
    ]
    rows = Loan.objects.filter(volume__in=told, state__in=OUT).select_related("request")
    return {row.volume_id: borrower_of(row) for row in rows}


def _of_volume(found: Found) -> str:
    return reverse("loans:of", args=[found.volume.pk]) if found.volume else ""


def _waits_for_somebody(found: Found) -> bool:
    if found.volume is None or found.volume.standing != Volume.Standing.HELD:
        return False
    return Loan.objects.filter(volume=found.volume, state=Loan.State.READY).exists()


def _is_lent(found: Found) -> bool:
    return found.volume is not None and found.volume.standing == Volume.Standing.LENT


def _has_loans(volume: Volume) -> bool:
    return volume.standing in {Volume.Standing.HELD, Volume.Standing.LENT}


def overdue_count(request: HttpRequest) -> int | None:
    """How many loans within reach are overdue; None for none."""
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    late = Loan.objects.filter(
        within(actor, "loans.manage"), state__in=OUT, due__lt=timezone.localdate()
    )
    return late.count() or None
