"""Definitions as they are kept: seeds from the program, versions by administrators.

A seed whose definition nobody has changed makes a new version when the program brings a newer
wording; once an administrator has saved a version of their own, seeds leave it alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.utils import timezone

from dangan.dictionary.rules import Message
from dangan.ui.languages import label
from dangan.vault.rules import SYSTEM
from dangan.workflow.models import Definition as Row
from dangan.workflow.models import DefinitionVersion
from dangan.workflow.problems import CannotStart
from dangan.workflow.rules.definitions import Definition, parse, plain

SERVING = DefinitionVersion.State.SERVING
WITHDRAWN = DefinitionVersion.State.WITHDRAWN

_kept: dict[int, Definition] = {}
"""Parsed bodies of versions that serve or served, by primary key, for this process."""


@cache
def seeds() -> Mapping[str, dict[str, Any]]:
    """The bodies that come with the program, by key, checked for their shape."""
    found = {}
    folder = files("dangan.workflow") / "data" / "definitions"
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".toml"):
            definition = parse(tomllib.loads(item.read_text("utf-8")))
            found[definition.key] = plain(definition)
    return found


def load_seeds(**_: Any) -> int:
    """Brings the seeds into the tables; says how many versions were made. Safe to repeat."""
    known: dict[str, list[DefinitionVersion]] = {}
    for version in DefinitionVersion.objects.order_by("version"):
        known.setdefault(version.definition_id, []).append(version)
    return sum(_load(key, body, known.get(key, [])) for key, body in seeds().items())


def _load(key: str, body: dict[str, Any], versions: list[DefinitionVersion]) -> bool:
    if any(item.by != SYSTEM for item in versions):
        return False
    if versions and (versions[-1].body == body or versions[-1].state != SERVING):
        return False
    with transaction.atomic():
        row, _ = Row.objects.get_or_create(key=key)
        Row.objects.select_for_update().get(pk=row.pk)
        last = DefinitionVersion.objects.filter(definition=row).order_by("version").last()
        if last is not None and (not versions or last.pk != versions[-1].pk):
            return False  # another process was faster
        DefinitionVersion.objects.filter(definition=row, state=SERVING).update(state=WITHDRAWN)
        DefinitionVersion.objects.create(
            definition=row,
            version=last.version + 1 if last else 1,
            body=body,
            state=SERVING,
            by=SYSTEM,
            at=timezone.now(),
        )
    return True


def serving(key: str) -> DefinitionVersion:
    """The version that new cases follow; raises :class:`CannotStart` when there is none."""
    found = DefinitionVersion.objects.filter(definition=key, state=SERVING).first()
    if found is not None:
        return found
    if not Row.objects.filter(pk=key).exists():
        if key not in seeds():
            raise CannotStart(Message("没有这种流程，请与人力资源部联系"))
        _load(key, seeds()[key], [])
        return serving(key)
    raise CannotStart(
        Message("流程“{label}”已停用，暂时不能发起；需要时请与人力资源部联系", label=_label(key))
    )


def _label(key: str) -> str:
    last = DefinitionVersion.objects.filter(definition=key).order_by("version").last()
    return str(last.body.get("label", key)) if last else key


def definition_of(version: DefinitionVersion) -> Definition:
    """The definition in a version that serves or served: such a body never changes."""
    if version.pk not in _kept:
        _kept[version.pk] = parse(version.body)
    return _kept[version.pk]


def definitions_of(versions: Iterable[int]) -> dict[int, Definition]:
    """The definitions of cases by the primary key of their version; at most one statement."""
    wanted = set(versions)
    found = {pk: _kept[pk] for pk in wanted if pk in _kept}
    missing = wanted - found.keys()
    if missing:
        for row in DefinitionVersion.objects.filter(pk__in=missing):
            found[row.pk] = _kept[row.pk] = parse(row.body)
    return found


def label_of(item: Any) -> str:
    """The label of a definition, step, arm or lane in the reader's language."""
    return label(item.label, item.label_en)
