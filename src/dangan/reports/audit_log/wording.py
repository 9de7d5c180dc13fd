"""Events in words: who, what to whom, why. Names come from the rooms that keep them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from dangan.access.queries import names_of_accounts
from dangan.access.registry import permissions
from dangan.audit.catalogue import label_of
from dangan.audit.queries import LoggedEvent
from dangan.dictionary.queries import current
from dangan.dictionary.rules import Dictionary
from dangan.organization.queries import tree
from dangan.organization.rules import Tree
from dangan.roster.queries import names as names_of_subjects
from dangan.ui.languages import label, traditional

SETS_NAMED = 2
_SYMBOLS = {"token": "key", "system": "robot", "console": "terminal-2", "anonymous": "user-off"}


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the page shows it. ``proved``: its leaf lies under the newest checkpoint."""

    event: LoggedEvent
    who: str
    kind: str
    symbol: str
    verb: str
    what: str
    whom: str
    amount: str
    refused: str
    proved: bool

    @property
    def at(self) -> datetime:
        return self.event.at


class Words:
    """What the names in some events read; everything is fetched once for all of them."""

    def __init__(
        self, events: Sequence[LoggedEvent], *, size: int, also: Iterable[UUID] = ()
    ) -> None:
        self._size = size
        self._dictionary: Dictionary = current()
        self._tree: Tree = tree()
        objects = {found for event in events if (found := _uuid(event.object))}
        self._accounts = names_of_accounts({*also, *objects, *(event.actor for event in events)})
        self._subjects = names_of_subjects({e.subject for e in events if e.subject})

    def line(self, event: LoggedEvent) -> Line:
        whom = self.subject(event.subject)
        what = self._what(event)
        return Line(
            event=event,
            who=self.actor(event.actor),
            kind=kind_label(event.kind),
            symbol=_SYMBOLS.get(event.kind, ""),
            verb=verb(event.action),
            what="" if what == whom else what,
            whom=whom,
            amount=amount(event.facts),
            refused=_refused(event.outcome),
            proved=event.leaf is not None and event.leaf < self._size,
        )

    def actor(self, number: UUID) -> str:
        """An account's name; the beginning of the identifier when there is none (any more)."""
        return self._accounts.get(number, str(number)[:8])

    def subject(self, subject: UUID | None) -> str:
        """A person's name; the beginning of the identifier when there is none (any more)."""
        if subject is None:
            return ""
        unnamed = _("档案 {number}").format(number=str(subject)[:8])
        return self._subjects.get(subject) or unnamed

    def _what(self, event: LoggedEvent) -> str:
        parts = [part for part in event.object.split(",") if part]
        named = [self._thing(part) for part in parts[:SETS_NAMED]]
        text = _("、").join(named)
        if len(parts) > SETS_NAMED:
            return _("{some} 等 {n} 项").format(some=text, n=len(parts))
        return text

    def _thing(self, key: str) -> str:
        number = _uuid(key)
        if number is not None:
            return self._accounts.get(number) or self._unit(number) or str(number)[:8]
        info_set, _dot, field = key.partition(".")
        found = self._dictionary.sets.get(info_set)
        if found is not None:
            if not field:
                return label(found.label, found.label_en)
            held = next((one for one in found.fields if one.key == field), None)
            return label(held.label, held.label_en) if held else key
        permission = permissions().get(key)
        return label(permission.label, permission.label_en) if permission else key

    def _unit(self, number: UUID) -> str:
        return self._tree.label(number) if number in self._tree.nodes else ""


def lines(events: Iterable[LoggedEvent], *, size: int) -> list[Line]:
    """The events in words; ``size`` is the newest checkpoint's."""
    listed = list(events)
    words = Words(listed, size=size)
    return [words.line(event) for event in listed]


def verb(action: str) -> str:
    """What an action is called, in the reader's language."""
    language = get_language() or "zh-hans"
    found = label_of(action, language=language)
    return traditional(found) if language == "zh-hant" else found


def kind_label(kind: str) -> str:
    """What kind of actor this is."""
    return {
        "account": _("账号"),
        "console": _("本机命令行"),
        "system": _("定时任务"),
        "token": _("接口令牌"),
        "anonymous": _("未登录"),
    }.get(kind, kind)


def _refused(outcome: str) -> str:
    return {"refused": _("已拒绝，无权限"), "failed": _("没有成功")}.get(outcome, "")


def fact_label(key: str) -> str:
    """What a clear fact of an event is called; its key when nobody named it."""
    return {
        "actions": _("动作"),
        "actor": _("操作者"),
        "address": _("来源"),
        "as_of": _("时点"),
        "by": _("分组"),
        "changes": _("更新记录"),
        "checkpoint": _("检查点"),
        "columns": _("列数"),
        "damaged": _("损坏的密钥"),
        "data": _("连同数据"),
        "dossiers": _("档案数"),
        "epoch": _("密钥周期"),
        "event": _("事件"),
        "events": _("事件数"),
        "groups": _("组数"),
        "hits": _("命中"),
        "keys": _("密钥数"),
        "n": _("条数"),
        "outcome": _("结果"),
        "people": _("人数"),
        "problems": _("问题数"),
        "records": _("写入行数"),
        "revision": _("字典版本"),
        "rows": _("显示行数"),
        "shown": _("显示行数"),
        "since": _("起"),
        "total": _("总数"),
        "until": _("止"),
        "versions": _("版本"),
    }.get(key, key)


def amount(facts: Mapping[str, Any]) -> str:
    """How much, where an event says so in figures."""
    records = facts.get("records")
    if isinstance(records, list):
        return ngettext("{n} 行", "{n} 行", len(records)).format(n=len(records))
    for key in ("people", "total", "dossiers"):
        count = facts.get(key)
        if isinstance(count, int):
            return ngettext("{n} 人", "{n} 人", count).format(n=f"{count:,}")
    return ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
