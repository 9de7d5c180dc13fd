"""安全: the overview, and the configuration's check."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.audit.rules import Event
from dangan.security import queries
from dangan.security.checks import run_all
from dangan.security.checks.keeping import last_run, remember

GROUPS = {
    "secrets": _("密钥和机密文件"),
    "web": _("网站和会话"),
    "accounts": _("账号和权限"),
    "database": _("数据库"),
    "machine": _("主机"),
    "log": _("审计日志"),
    "work": _("后台服务"),
    "data": _("数据和字段"),
    "backup": _("备份"),
    "program": _("程序"),
}


@page("security.view")
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """How things stand."""
    found = queries.overview(request.actor)
    request.new_alarms = found.new  # type: ignore[attr-defined]  # read by the navigation
    bars = [{"count": n} for _day, n in found.failed]
    chart = {
        "labels": [f"{day:%m-%d}" for day, _n in found.failed],
        "series": [{"name": str(_("登录失败")), "bars": bars}],
    }
    context = {
        "found": found,
        "checked": last_run(),
        "charts": {"failed": chart, "people": 0, "words": {"few": "", "people": str(_("次"))}},
        "any_failed": any(n for _day, n in found.failed),
        "recent": queries.recent(request.actor),
        "nav": "security",
    }
    return render(request, "security/home.html", context)


@page("security.check")
@require_safe
def checks(request: ActorRequest) -> HttpResponse:
    """All checks, run now, what is bad first in each group."""
    outcomes = run_all()
    remember(outcomes)
    counts = Counter(one.finding.state for one in outcomes)
    request.actor.trail.add(
        Event("security.check", facts={"bad": counts["bad"], "warn": counts["warn"]})
    )
    groups = [
        (GROUPS[group], list(found))
        for group, found in groupby(outcomes, key=lambda one: one.check.group)
    ]
    context = {"groups": groups, "counts": counts, "total": len(outcomes), "nav": "security_checks"}
    return render(request, "security/checks.html", context)
