"""Definitions as they are kept: seeds from the program, versions by administrators.

A seed whose definition nobody has changed makes a new version when the program brings a newer
wording; once an administrator has saved a version of their own, seeds leave it alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from dangan.access import registry
from dangan.access.models import Account, AccountState
from dangan.dictionary.rules import Message
from dangan.ui.languages import label
from dangan.vault.rules import SYSTEM
from dangan.workflow.handling import kind_of
from dangan.workflow.models import Definition as Row
from dangan.workflow.models import DefinitionVersion
from dangan.workflow.problems import CannotStart
from dangan.workflow.rules import checking
from dangan.workflow.rules.definitions import (
    Approve,
    Definition,
    Fill,
    Notify,
    parse,
    plain,
    walk,
)

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
            found[definition.key] = msgspec.json.decode(msgspec.json.encode(plain(definition)))
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


def ensure(key: str) -> None:
    """Brings in the seed of this key when its definition is not there yet."""
    if key in seeds() and not Row.objects.filter(pk=key).exists():
        _load(key, seeds()[key], [])


def ensure_all() -> None:
    """Brings in all seeds whose definitions are not there yet; one statement when none is new."""
    missing = seeds().keys() - set(Row.objects.values_list("pk", flat=True))
    for key in sorted(missing):
        _load(key, seeds()[key], [])


def serving(key: str) -> DefinitionVersion:
    """The version that new cases follow; raises :class:`CannotStart` when there is none."""
    found = DefinitionVersion.objects.filter(definition=key, state=SERVING).first()
    if found is not None:
        return found
    if not Row.objects.filter(pk=key).exists():
        if key not in seeds():
            raise CannotStart(Message("没有这种流程，请与人力资源部联系"))
        ensure(key)
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


def findings_of(definition: Definition) -> list[checking.Finding]:
    """What the checker says of a definition, against the kinds, roles and accounts there are."""
    try:
        kind = kind_of(definition.kind)
    except LookupError:
        unknown = Message("没有“{kind}”这类事项，请另选流程种类。", kind=definition.kind)
        return [checking.Finding("", "error", unknown)]
    found = checking.check(
        definition,
        facts=kind.facts,
        acts=[act.key for act in kind.acts],
        parts=[part.key for part in kind.parts],
        roles=registry.matrix().roles,
    )
    if definition.start and definition.start not in registry.permissions():
        unknown = Message("没有“{key}”这项权限，请另选由谁发起。", key=definition.start)
        found.append(checking.Finding("", "error", unknown))
    return [*found, *_missing_people(definition)]


def _missing_people(definition: Definition) -> Iterator[checking.Finding]:
    """Named persons must have an account that may sign in; one statement."""
    named = {
        (step.key, rule.account)
        for step in walk(definition.steps)
        if isinstance(step, Approve | Fill | Notify)
        for rule in step.who
        if rule.rule == "person" and rule.account
    }
    wanted = {account for _, account in named if _is_uuid(account)}
    active = Account.objects.filter(pk__in=wanted, state=AccountState.ACTIVE) if wanted else ()
    there = {str(account.pk) for account in active}
    for key, account in sorted(named):
        if account not in there:
            message = Message("选定的人没有可用的账号，请另选一个人。")
            yield checking.Finding(key, "error", message)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def problems_of(definition: Definition) -> tuple[tuple[str, Message], ...]:
    """What keeps a definition from serving, each with the step it is about."""
    return tuple((item.step, item.message) for item in checking.errors(findings_of(definition)))
