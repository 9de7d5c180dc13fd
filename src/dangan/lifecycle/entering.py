"""A confirmed collection form goes on as the newcomer's case, begun by whoever confirmed it."""

from __future__ import annotations

from dangan.access.rules import Absent, Actor, Refused
from dangan.dictionary.rules import Json
from dangan.dossiers.collection.handing import Confirmed
from dangan.dossiers.rules import FieldProblem, InvalidRecord
from dangan.lifecycle.actions import start
from dangan.lifecycle.models import Kind
from dangan.lifecycle.problems import BadMovement
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.rules.effects import day_of
from dangan.lifecycle.rules.starting import Wrong
from dangan.lifecycle.standing import Standing, standing_of
from dangan.workflow.problems import CannotStart

CARRIED = ("unit", "position", "employment_form", "supervisor")
"""What HR said of the post when confirming; the day of entry is the movement's own."""

FIELDS = {"unit": "unit", "position": "position", "effective": "joined"}
"""Fields of the movement by what they are called on the form that HR confirms."""


def begin(actor: Actor, confirmed: Confirmed) -> None:
    """Starts the newcomer's movement in the transaction that made the dossier.

    The collection form asks for no checks, so the definition's first step does. A post that a
    gate bars needs words of exception, which the start page asks for: then nothing begins here.
    Raises :class:`Refused` for an actor who may not start movements there and
    :class:`InvalidRecord` for what the form must say otherwise; both undo the confirmation.
    """
    post = _post(standing_of(confirmed.subject))
    try:
        start(
            actor,
            kind=Kind.NEWCOMER,
            subject=confirmed.subject,
            body=Body(reason="信息采集表已确认", post={k: post[k] for k in CARRIED if k in post}),
            effective=day_of(post.get("joined")) or confirmed.first_day,
        )
    except (Absent, Refused) as refused:
        raise Refused(
            "lifecycle.start",
            "确认后要发起新员工建档，你不能在这个部门发起，请交给能发起的同事确认。",
        ) from refused
    except BadMovement as bad:
        if any(wrong.field != "exception" for wrong in bad.problems):
            raise InvalidRecord("post", [_problem(wrong) for wrong in bad.problems]) from bad
    except CannotStart as cannot:
        raise InvalidRecord("", [FieldProblem("", cannot.message)]) from cannot


def _post(person: Standing) -> dict[str, Json | None]:
    row = person.present.post
    return {} if row is None else {k: v for k, v in row.values.items() if v not in (None, "")}


def _problem(wrong: Wrong) -> FieldProblem:
    return FieldProblem(FIELDS.get(wrong.field, ""), wrong.message)
