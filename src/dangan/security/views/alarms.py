"""安全告警: the list, one of them, taken up and closed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.security import actions, queries
from dangan.security.actions.alarms import AlarmProblem
from dangan.security.forms import CloseForm

FACTS = {
    "people": gettext_lazy("涉及人数"),
    "usual": gettext_lazy("平常最多"),
    "week": gettext_lazy("七天内"),
    "readers": gettext_lazy("打开的人"),
    "tries": gettext_lazy("失败次数"),
    "accounts": gettext_lazy("账号数"),
    "addresses": gettext_lazy("来源地址数"),
    "times": gettext_lazy("次数"),
    "limit": gettext_lazy("达到的上限"),
    "deed": gettext_lazy("做了什么"),
    "hollow": gettext_lazy("敷衍的理由"),
    "same": gettext_lazy("同一理由用于"),
    "behind": gettext_lazy("没有送出的条目"),
    "waiting": gettext_lazy("等待排序"),
    "seconds": gettext_lazy("相差秒数"),
    "reports": gettext_lazy("报告数"),
    "directive": gettext_lazy("策略指令"),
    "route": gettext_lazy("页面"),
    "days": gettext_lazy("天数"),
}
WORDS = {
    "open": gettext_lazy("打开"),
    "reveal": gettext_lazy("解除掩码"),
    "export": gettext_lazy("导出"),
    "list": gettext_lazy("经接口列出"),
    "hour": gettext_lazy("每小时"),
    "day": gettext_lazy("每天"),
}
HIDDEN = {"canary"}


@page("security.view")
@require_safe
def register(request: ActorRequest) -> HttpResponse:
    """Alarms by state."""
    state = request.GET.get("state", "open")
    state = state if state in {"open", "closed", "all"} else "open"
    number = request.GET.get("page", "1")
    first = max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1
    context = {
        "page": queries.alarms(request.actor, state=state, offset=(first - 1) * queries.PER_PAGE),
        "state": state,
        "states": [("open", _("未关闭")), ("closed", _("已关闭")), ("all", _("全部"))],
        "nav": "security_alarms",
    }
    return render(request, "security/alarms.html", context)


@page("security.view")
@require_safe
def one(request: ActorRequest, alarm: UUID) -> HttpResponse:
    """One alarm with what is known."""
    return _one(request, alarm, CloseForm())


@page("security.manage")
@require_POST
def take(request: ActorRequest, alarm: UUID) -> HttpResponse:
    """Somebody looks at it."""
    actions.take_alarm(request.actor, alarm=alarm)
    messages.success(request, _("已记为你在核查。"))
    return redirect("security:alarm", alarm=alarm)


@page("security.manage")
@require_http_methods(["POST"])
def close(request: ActorRequest, alarm: UUID) -> HttpResponse:
    """Ends it with a finding."""
    form = CloseForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.close_alarm(
                request.actor, alarm=alarm, finding=given["finding"], reason=given["reason"]
            )
        except AlarmProblem:
            form.add_error("reason", _("请写明核查了什么、怎样处理，至少 4 个字。"))
        else:
            messages.success(request, _("告警已关闭，结论已记入日志。"))
            return redirect("security:alarms")
    return _one(request, alarm, form, status=422)


def _one(request: ActorRequest, alarm: UUID, form: CloseForm, status: int = 200) -> HttpResponse:
    view = queries.alarm(request.actor, alarm)
    facts = [
        (FACTS.get(key, key), WORDS.get(str(value), value))
        for key, value in view.facts.items()
        if key not in HIDDEN
    ]
    context = {"view": view, "facts": facts, "form": form, "nav": "security_alarms"}
    return render(request, "security/alarm.html", context, status=status)
