"""What all kinds of movement have in common as cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.rules import Absent, Actor
from dangan.lifecycle import effecting
from dangan.lifecycle.actions import locked_for, opened_for, store_body
from dangan.lifecycle.kinds.parts import PARTS, PartContext
from dangan.lifecycle.kinds.vocabulary import APPLY
from dangan.lifecycle.models import Movement, State
from dangan.lifecycle.queries import movement_content
from dangan.lifecycle.rules.bodies import Body
from dangan.workflow.handling import CaseKind, Facts, kind_of
from dangan.workflow.models import Case

if TYPE_CHECKING:
    from django import forms

ENDS = {
    "agreed": State.EFFECTIVE,
    "refused": State.REFUSED,
    "withdrawn": State.WITHDRAWN,
}


class MovementKind(CaseKind):
    """A staff movement as a case; its form and checklist stand in this room's own tables."""

    acts = (APPLY,)
    family: ClassVar[str] = "movement"
    template: ClassVar[str] = "lifecycle/movement.html"

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        """When it takes effect: says nothing about anybody. Answers for all kinds at once."""
        wanted = {case.object: case for case in cases if case.object}
        days = Movement.objects.filter(pk__in=wanted).values_list("pk", "effective")
        found = {}
        for movement, day in days:
            case = wanted[movement]
            kind = kind_of(case.kind)
            assert isinstance(kind, MovementKind)  # noqa: S101 - of this family
            found[case.id] = kind.summary(day.isoformat())
        return found

    def summary(self, day: str) -> str:
        """The short line of one case."""
        return _("{day} 生效").format(day=day)

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        """The form, the comparison, the checklist and the papers, cut to the actor's rights;
        nothing once the person's key is destroyed."""
        try:
            return {"movement": movement_content(actor, case)}
        except Absent:
            return {}

    def fill_form(
        self, actor: Actor, case: Case, part: str, data: Mapping[str, Any] | None = None
    ) -> forms.Form:
        """The form of a part; raises :class:`LookupError` for a part the kind does not have."""
        self._know(part)
        return PARTS[part].form(PartContext(actor, *opened_for(case), part), data)

    def fill(self, actor: Actor, case: Case, part: str, form: forms.Form) -> Facts:
        """Stores what was filled in, as a new version of the movement's form."""
        self._know(part)
        context = PartContext(actor, *locked_for(case), part)
        body = PARTS[part].store(context, form)
        if body is not context.body:
            store_body(context.movement, context.person, body)
        return self.facts_after(part, body)

    def facts_after(self, part: str, body: Body) -> Facts:  # noqa: ARG002
        """Facts that a part may have changed; none by default."""
        return {}

    def _know(self, part: str) -> None:
        if part not in {item.key for item in self.parts}:
            raise LookupError(part)

    def perform(self, actor: Actor, case: Case, act: str) -> None:
        """The one act: see :mod:`dangan.lifecycle.effecting`."""
        if act != APPLY.key:
            raise LookupError(act)
        effecting.perform(actor, case)

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:  # noqa: ARG002
        """Releases the person for other movements."""
        _movement_of(case).exclude(state=State.EFFECTIVE).update(
            state=ENDS[outcome], ended_at=timezone.now()
        )

    def returned(self, actor: Actor, case: Case) -> None:  # noqa: ARG002
        """Whoever began it may change the form now."""
        _movement_of(case).update(state=State.RETURNED)

    def edit_url(self, case: Case) -> str:
        """The form again."""
        return reverse("lifecycle:edit", args=[case.object]) if case.object else ""


def _movement_of(case: Case) -> QuerySet[Movement]:
    return Movement.objects.filter(pk=case.object) if case.object else Movement.objects.none()
