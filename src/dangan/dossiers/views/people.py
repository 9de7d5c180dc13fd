"""Finding a person for a field such as the supervisor: by name, pinyin or employee number."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor, reach
from dangan.dictionary.rules import BadValue, Message
from dangan.dossiers.models import Subject
from dangan.organization import queries as organization_queries
from dangan.roster import queries as roster_queries
from dangan.roster.rules import NAME, NUMBER, Hit

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 8
EXACT = 3


@page("roster.view")
@require_POST
def pick(request: ActorRequest) -> JsonResponse:
    """People whose name, pinyin or number begins with or holds ``q``.

    The text comes in the body: addresses end up in logs, names must not.
    """
    text = request.POST.get("q", "").strip()[:64]
    tree = organization_queries.tree()
    hits = roster_queries.search(request.actor, text, limit=LIMIT) if text else []
    people = [
        {
            "value": str(hit.subject),
            "text": _text(hit, NAME),
            "about": " ".join(
                part
                for part in (_text(hit, NUMBER), tree.label(hit.unit) if hit.unit else "")
                if part
            ),
        }
        for hit in hits
    ]
    response = JsonResponse({"people": people})
    response["Cache-Control"] = "no-store"
    return response


def _text(hit: Hit, path: str) -> str:
    cell = hit.cells.get(path)
    return str(cell.value or "") if cell else ""


def person_finder(actor: Actor) -> Callable[[str], str]:
    """Turns what was typed or picked into the person's identifier, within the actor's reach."""

    def find(text: str) -> str:
        try:
            return _known(actor, UUID(text))
        except ValueError:
            return _named(actor, text)

    return find


def _known(actor: Actor, subject: UUID) -> str:
    unit = Subject.objects.filter(id=subject).values_list("unit", flat=True).first()
    path = organization_queries.tree().path_of(unit) if unit else ()
    if not reach(actor).contains(subject, path):
        raise BadValue(Message("没有找到这个人，请按姓名或工号重新选择。"))
    return str(subject)


def _named(actor: Actor, text: str) -> str:
    if not actor.may("roster.view"):
        raise BadValue(Message("你不能查找人员，请联系人力资源部填写。"))
    hits = roster_queries.search(actor, text, limit=LIMIT)
    exact = [hit for hit in hits if text in (_text(hit, NAME), _text(hit, NUMBER))]
    if len(exact) == 1:
        return str(exact[0].subject)
    if exact:
        raise BadValue(
            Message("有 {count} 人叫“{given}”，请改填工号。", count=len(exact), given=text)
        )
    raise BadValue(Message("没有找到“{given}”，请填姓名全称或工号。", given=text))
