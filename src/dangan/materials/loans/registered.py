"""What loans add to the pages of other rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue import panels
from dangan.materials.catalogue.models import Volume
from dangan.materials.loans.models import OUT, Loan
from dangan.materials.loans.within import within


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


def _has_loans(volume: Volume) -> bool:
    return volume.standing in {Volume.Standing.HELD, Volume.Standing.LENT}


def overdue_count(request: HttpRequest) -> int | None:
    """How many loans within reach are overdue; None for none."""
    actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    late = Loan.objects.filter(
        within(actor, "loans.manage"), state__in=OUT, due__lt=timezone.localdate()
    )
    return late.count() or None
