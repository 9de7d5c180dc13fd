"""Definitions for their pages: list, versions, what the checker says, dry runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import registry
from dangan.access.rules import Absent, Actor, require
from dangan.ui.languages import label
from dangan.ui.messages import say
from dangan.workflow import definitions_store as store
from dangan.workflow.handling import Facts
from dangan.workflow.models import DefinitionVersion
from dangan.workflow.people import Live
from dangan.workflow.problems import BadDefinition
from dangan.workflow.queries import wording
from dangan.workflow.queries.shapes import DefinitionLine, DefinitionView, DryStep, VersionLine
from dangan.workflow.rules import definitions as shapes
from dangan.workflow.rules import foreseeing
from dangan.workflow.rules.definitions import Act, Approve, Fill, Notify
from dangan.workflow.rules.foreseeing import Foreseen
from dangan.workflow.rules.states import Party

DRAFT = DefinitionVersion.State.DRAFT
RUNNING = Count("cases", filter=Q(cases__finished_at=None))


def definitions(actor: Actor) -> tuple[DefinitionLine, ...]:
    """All definitions by kind and label; needs definitions.view."""
    require(actor, "definitions.view")
    store.ensure_all()
    by_key: dict[str, list[DefinitionVersion]] = {}
    for version in DefinitionVersion.objects.annotate(running=RUNNING).order_by("version"):
        by_key.setdefault(version.definition_id, []).append(version)
    lines = [_line(key, versions) for key, versions in by_key.items()]
    return tuple(sorted(lines, key=lambda line: (line.kind_label, line.label)))


def _line(key: str, versions: list[DefinitionVersion]) -> DefinitionLine:
    chosen = _chosen(versions, None)
    body = chosen.body
    kind = str(body.get("kind", ""))
    numbers = {version.state: version.version for version in versions}
    return DefinitionLine(
        key=key,
        label=label(str(body.get("label", key)), str(body.get("label_en", ""))),
        kind=kind,
        kind_label=str(wording.kind_or_unknown(kind).label),
        prefix=str(body.get("prefix", "")),
        serving=numbers.get(store.SERVING),
        draft=numbers.get(DRAFT),
        running=sum(_running(version) for version in versions),
    )


def _running(version: DefinitionVersion) -> int:
    return int(getattr(version, "running", 0))


def _chosen(versions: Sequence[DefinitionVersion], number: int | None) -> DefinitionVersion:
    """The version asked for; else the draft, the one in use, the newest. Raises Absent."""
    if number is not None:
        found = [version for version in versions if version.version == number]
        if not found:
            raise Absent
        return found[0]
    for state in (DRAFT, store.SERVING):
        found = [version for version in versions if version.state == state]
        if found:
            return found[0]
    return versions[-1]


def definition(actor: Actor, key: str, version: int | None = None) -> DefinitionView:
    """One definition: the version asked for, or the draft, the one in use, the newest.

    Raises :class:`Absent`.
    """
    require(actor, "definitions.view")
    store.ensure(key)
    found = DefinitionVersion.objects.filter(definition=key).annotate(running=RUNNING)
    versions = list(found.order_by("version"))
    if not versions:
        raise Absent
    chosen = _chosen(versions, version)
    names = wording.names_for(item.by for item in versions)
    return DefinitionView(
        key=key,
        version=chosen.version,
        state=chosen.state,
        body=chosen.body,
        problems=_problems(chosen.body),
        versions=tuple(
            VersionLine(
                item.version, item.state, names.get(str(item.by), ""), item.at, _running(item)
            )
            for item in reversed(versions)
        ),
    )


def _problems(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    try:
        parsed = shapes.parse(body)
    except shapes.BadDefinition as error:
        return (("", say(error.message)),)
    return tuple((item.step, say(item.message)) for item in store.findings_of(parsed))


def dry_run(
    actor: Actor,
    *,
    definition_body: Mapping[str, Any],
    subject: UUID | None,
    initiator: UUID,
    facts: Facts,
) -> list[DryStep]:
    """Who would decide what, were ``initiator`` (an account) to start such a case now.

    Nothing is kept. Whether the actor may look ``subject`` up is the caller's to decide. Raises
    :class:`BadDefinition` for a body without the shape of a definition.
    """
    require(actor, "definitions.view")
    try:
        parsed = shapes.parse(definition_body)
    except shapes.BadDefinition as error:
        raise BadDefinition((("", error.message),)) from None
    steps = foreseeing.foresee(
        parsed,
        facts=facts,
        initiator=str(initiator),
        subject=str(subject) if subject else "",
        directory=Live(subjects=[subject], accounts=[initiator]),
    )
    names = wording.names_for(who for step in steps for who in _who(step))
    return [
        DryStep(
            key=item.key,
            label=store.label_of(item.step),
            who=tuple(names.get(who, "") for who in dict.fromkeys(_who(item))),
            why="；".join(dict.fromkeys(_why(item))),
            depth=len(parsed.structure.places[item.key].inside),
            type=str(item.step.__struct_config__.tag),
        )
        for item in steps
    ]


def _who(step: Foreseen) -> list[str]:
    return [*step.copied, *(who for party in step.parties for who in party.who)]


def _why(step: Foreseen) -> Iterator[str]:
    """How the people of a step were found, in words."""
    if isinstance(step.step, Notify):
        yield _("抄送，不用办理")
    if isinstance(step.step, Act):
        yield _("前面都同意后自动生效")
    for party in step.parties:
        if not party.who:
            yield _("找不到可以办理的人")
            continue
        yield str(_FOUND.get(party.why, party.why)).format(role=_role_label(step.step, party))


def _role_label(step: shapes.Step, party: Party) -> str:
    if not isinstance(step, Approve | Fill) or not 0 <= party.rule < len(step.who):
        return ""
    role = registry.matrix().roles.get(step.who[party.rule].role)
    return label(role.label, role.label_en) if role else ""


_FOUND: Mapping[str, str | Promise] = {
    "head": gettext_lazy("部门负责人"),
    "fact_head": gettext_lazy("相关部门的负责人"),
    "supervisor": gettext_lazy("直接上级"),
    "role": gettext_lazy("角色：{role}"),
    "person": gettext_lazy("指定的人"),
    "initiator": gettext_lazy("发起人"),
    "subject": gettext_lazy("当事人"),
    "above": gettext_lazy("规则找不到可以办理的人，由上一级办理"),
    "keeper": gettext_lazy("规则和上级都找不到人，由流程负责角色办理"),
}
