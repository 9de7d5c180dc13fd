"""Definitions: keeping a draft, letting it serve, withdrawing it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event as Noted
from dangan.dictionary.rules import Message
from dangan.workflow import definitions_store as store
from dangan.workflow.models import Definition as Row
from dangan.workflow.models import DefinitionVersion
from dangan.workflow.problems import BadDefinition
from dangan.workflow.rules import definitions as shapes

DRAFT = DefinitionVersion.State.DRAFT
_KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
_PREFIX = re.compile(r"[A-Z]{2,4}")


def save_definition(actor: Actor, *, key: str, body: Mapping[str, Any]) -> DefinitionVersion:
    """Keeps a draft, made if there is none.

    Raises :class:`BadDefinition` when it has not the shape of a definition. What the checker says
    against it does not keep it from being saved, only from serving.
    """
    with recording(actor):
        require(actor, "definitions.edit")
        definition = _shaped(key, body)
        row = _locked(key, make=True)
        _refuse_other_kind(row, definition)
        now = timezone.now()
        draft = DefinitionVersion.objects.filter(definition=row, state=DRAFT).first()
        if draft is None:
            last = DefinitionVersion.objects.filter(definition=row).order_by("version").last()
            draft = DefinitionVersion(
                definition=row, version=last.version + 1 if last else 1, state=DRAFT
            )
        draft.body, draft.by, draft.at = shapes.plain(definition), actor.id, now
        draft.save()
        _note(actor, "definition.save", draft)
    return draft


def serve_definition(actor: Actor, *, key: str, version: int) -> DefinitionVersion:
    """From now on new cases follow this version; those that run keep theirs.

    An earlier version may serve again. Raises :class:`BadDefinition` with all that the checker
    says against it, and :class:`Absent`.
    """
    with recording(actor):
        require(actor, "definitions.edit")
        row = _locked(key)
        chosen = DefinitionVersion.objects.filter(definition=row, version=version).first()
        if chosen is None:
            raise Absent
        problems = store.problems_of(_shaped(key, chosen.body))
        if problems:
            raise BadDefinition(problems)
        if chosen.state != store.SERVING:
            others = DefinitionVersion.objects.filter(definition=row, state=store.SERVING)
            others.update(state=store.WITHDRAWN)
            chosen.state, chosen.by, chosen.at = store.SERVING, actor.id, timezone.now()
            chosen.save(update_fields=["state", "by", "at"])
            _note(actor, "definition.serve", chosen)
    return chosen


def withdraw_definition(actor: Actor, *, key: str) -> None:
    """No new cases by this definition; those that run go on."""
    with recording(actor):
        require(actor, "definitions.edit")
        row = _locked(key)
        serving = DefinitionVersion.objects.filter(definition=row, state=store.SERVING).first()
        if serving is None:
            return
        serving.state, serving.by, serving.at = store.WITHDRAWN, actor.id, timezone.now()
        serving.save(update_fields=["state", "by", "at"])
        _note(actor, "definition.withdraw", serving)


def _shaped(key: str, body: Mapping[str, Any]) -> shapes.Definition:
    try:
        definition = shapes.parse(body)
    except shapes.BadDefinition as error:
        raise BadDefinition((("", error.message),)) from None
    if not _KEY.fullmatch(key) or definition.key != key:
        message = Message(
            "流程代号只用小写字母、数字和下划线，以字母开头，最多 40 个字符，保存后不能改"
        )
        raise BadDefinition((("", message),))
    if not _PREFIX.fullmatch(definition.prefix):
        raise BadDefinition((("", Message("编号前缀用 2 至 4 个大写字母，例如 XG")),))
    return definition


def _locked(key: str, *, make: bool = False) -> Row:
    """The definition, locked: one change at a time. Raises :class:`Absent`."""
    store.ensure(key)
    if make and _KEY.fullmatch(key):
        Row.objects.get_or_create(key=key)
    row = Row.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise Absent
    return row


def _refuse_other_kind(row: Row, definition: shapes.Definition) -> None:
    """Rooms open cases by a definition's key and expect them to be of their own kind."""
    last = DefinitionVersion.objects.filter(definition=row).order_by("version").last()
    if last is not None and last.body.get("kind") != definition.kind:
        message = Message("流程办理哪一类事项，建好后不能改；需要别的，请另建一个流程")
        raise BadDefinition((("", message),))


def _note(actor: Actor, action: str, version: DefinitionVersion) -> None:
    facts = {"version": version.version}
    actor.trail.add(Noted(action, object=version.definition_id, facts=facts))
