"""What a loan stands in the way of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from dangan.dictionary.rules import Message
from dangan.materials.catalogue.gates import Deed
from dangan.materials.loans.models import OUT, Loan

_STOPS: frozenset[Deed] = frozenset({"lend", "transfer", "destroy", "remove"})


def lent(deed: Deed, volumes: Collection[UUID]) -> Mapping[UUID, Sequence[Message]]:
    """What is out is not lent again, sent away, destroyed or thinned out."""
    if deed not in _STOPS:
        return {}
    rows = Loan.objects.filter(volume__in=volumes, state__in=OUT).select_related("volume")
    return {row.volume_id: [_words(row)] for row in rows}


def _words(loan: Loan) -> Message:
    if loan.state == Loan.State.LOST:
        return Message("案卷 {number} 已登记遗失，找回并归还后再办理。", number=loan.volume.number)
    return Message("案卷 {number} 正在借出，归还后再办理。", number=loan.volume.number)
