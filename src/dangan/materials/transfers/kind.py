"""档案转出 as a kind of case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue import gates
from dangan.materials.transfers.models import Line, Transfer
from dangan.materials.transfers.queries import content_of
from dangan.notices.actions import tell
from dangan.workflow.handling import CannotTakeEffect, CaseKind, Fact, Named
from dangan.workflow.models import Case


class TransferOutKind(CaseKind):
    key = "transfer_out"
    label = gettext_lazy("档案转出")
    icon = "truck-delivery"
    facts = (
        Fact("cadre", "干部人事档案", "A cadre file", "flag"),
        Fact("marked", "机密以上", "Confidential or above", "flag"),
        Fact("persons", "人数", "Number of people", "number"),
        Fact("volumes", "案卷数", "Number of volumes", "number"),
        Fact(
            "way",
            "转递方式",
            "By what way",
            "choice",
            (("courier", "机要交通", "Courier"), ("persons", "专人送取", "Appointed persons")),
        ),
    )
    acts = (Named("release", "可以发出", "May be sent"),)
    template = "transfers/parts/case.html"

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        ids = [case.object for case in cases if case.object]
        rows = {
            row.pk: row
            for row in Transfer.objects.filter(pk__in=ids).annotate(
                volumes=Count("lines"), persons=Count("lines__subject", distinct=True)
            )
        }
        return {
            case.id: _("转出 {persons} 人 {volumes} 卷").format(
                persons=getattr(rows[case.object], "persons", 0),
                volumes=getattr(rows[case.object], "volumes", 0),
            )
            for case in cases
            if case.object is not None and case.object in rows
        }

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        return content_of(actor, _transfer(case))

    def perform(self, actor: Actor, case: Case, act: str) -> None:  # noqa: ARG002 - one act
        row = _transfer(case, lock=True)
        if row.state not in {Transfer.State.ASKED, Transfer.State.BACK}:
            raise CannotTakeEffect(Message("这项申请已经办结"))
        lines = list(row.lines.all())
        stops = gates.reasons("transfer", [line.volume_id for line in lines])
        if stops:
            raise CannotTakeEffect(next(iter(stops.values()))[0])
        row.state = Transfer.State.READY
        row.save(update_fields=["state"])
        for person in dict.fromkeys(line.subject for line in lines):
            actor.trail.add(Event("transfer.agree", subject=person, object=str(row.pk)))
        tell(
            accounts=[row.requested_by],
            topic="transfer.ready",
            url=reverse("transfers:slip", args=[row.pk]),
            facts={"number": case.number},
        )

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:  # noqa: ARG002
        if outcome == "agreed":
            return
        row = _transfer(case, lock=True)
        row.state = Transfer.State.CANCELLED
        row.save(update_fields=["state"])
        Line.objects.filter(transfer=row).update(open=False)

    def returned(self, actor: Actor, case: Case) -> None:  # noqa: ARG002
        Transfer.objects.filter(pk=_transfer(case).pk).update(state=Transfer.State.BACK)


def _transfer(case: Case, *, lock: bool = False) -> Transfer:
    rows = Transfer.objects.select_for_update() if lock else Transfer.objects.all()
    found = rows.filter(pk=case.object).first() if case.object is not None else None
    if found is None:
        raise LookupError(case.number)
    return found
