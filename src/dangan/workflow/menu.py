"""The flows' places in the frame of every page: navigation and the count of what waits."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dangan.ui import context, navigation
from dangan.ui.navigation import Holder, NavItem
from dangan.workflow import queries


def todo(request: HttpRequest) -> int:
    """How many tasks wait; asked once for the navigation and the top bar."""
    found: int | None = getattr(request, "tasks_waiting", None)
    if found is None:
        found = queries.todo_of(request)
        request.tasks_waiting = found  # type: ignore[attr-defined]  # Django's request takes attributes
    return found


def _apart_from_requests(actor: Holder) -> bool:
    """Plain employees have 我的申请 instead, which leads to the rest."""
    return actor.may("roster.view") or not actor.may("self.edit")


def register() -> None:
    """Adds the items; each shows only to whoever may open it."""
    context.provide("todo", todo)
    for item in (
        NavItem(
            "flows-todo", _("待我处理"), "workflow:todo", "inbox", "cases.own",
            section="flow", order=10, count=lambda request: todo(request) or None, phone=27,
        ),
        NavItem(
            "flows-started", _("我发起的"), "workflow:started", "send", "cases.own",
            section="flow", order=20, phone=50, fits=_apart_from_requests,
        ),
        NavItem(
            "flows-copied", _("抄送我的"), "workflow:copied", "at", "cases.own",
            section="flow", order=30,
        ),
        NavItem(
            "deputies", _("代理"), "workflow:deputies", "user-share", "cases.own",
            section="flow", order=40,
        ),
        NavItem(
            "definitions", _("流程定义"), "workflow:definitions", "route", "definitions.view",
            section="settings", order=30,
        ),
    ):  # fmt: skip
        navigation.register(item)
