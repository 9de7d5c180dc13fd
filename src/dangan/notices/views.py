"""The bell, the page of notices, the settings, and the channels for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.notices import actions, queries
from dangan.notices.carrying import mail
from dangan.notices.forms import RobotForm, WishForm
from dangan.notices.rules.robots import BadAddress
from dangan.notices.topics import topics
from dangan.ui.messages import say


@page("notices.own")
@require_safe
def notices(request: ActorRequest) -> HttpResponse:
    """The asker's notices, newest first."""
    group = request.GET.get("group", "")
    if group not in topics().groups:
        group = ""
    only_unread = request.GET.get("show") == "unread"
    shown = queries.mine(
        request.actor,
        only_unread=only_unread,
        group=group,
        offset=(_number(request.GET.get("page", "")) - 1) * queries.PER_PAGE,
    )
    context = {"shown": shown, "group": group, "only_unread": only_unread}
    return render(request, "notices/list.html", context)


@page("notices.own")
@require_safe
def count(request: ActorRequest) -> HttpResponse:
    """How many are unread: what the bell asks each minute. Keeps no session alive."""
    return JsonResponse({"unread": queries.unread(request.actor)})


@page("notices.own")
@require_safe
def panel(request: ActorRequest) -> HttpResponse:
    """The newest notices under the bell."""
    context = {"lines": queries.latest(request.actor), "unread": queries.unread(request.actor)}
    return render(request, "notices/panel.html", context)


@page("notices.own")
@require_safe
def follow(request: ActorRequest, notice: UUID) -> HttpResponse:
    """To what a notice is about; it counts as read."""
    url = queries.target(request.actor, notice)
    if request.method == "GET":
        actions.mark_read(request.actor, notices=[notice])
    return HttpResponseRedirect(url)


@page("notices.own")
@require_POST
def read(request: ActorRequest) -> HttpResponse:
    """Marks the notices named, or all, as read."""
    if "all" in request.POST:
        actions.mark_all_read(request.actor)
    else:
        actions.mark_read(request.actor, notices=_uuids(request.POST.getlist("notice")))
    back = request.POST.get("back", "")
    query = back if back.startswith("?") and "//" not in back else ""
    return redirect(f"/notices/{query}")


@page("notices.own")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: ActorRequest) -> HttpResponse:
    """How the asker wants to be told."""
    initial = WishForm.initial_of(queries.wish_of(request.actor))
    form = WishForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.save_wish(request.actor, wish=form.wish())
        messages.success(request, _("通知设置已保存"))
        return redirect("notices:settings")
    context = {"form": form, "mail_on": mail.configured(), "nav": "notices"}
    return render(request, "notices/settings.html", context, status=422 if form.errors else 200)


@page("notices.manage")
@require_safe
def channels(request: ActorRequest) -> HttpResponse:
    """Mail, robots, how they do, and what could not be carried."""
    context = {
        "shown": queries.channels(request.actor),
        "mail_on": mail.configured(),
        "sender": mail.sender_address(),
        "days": queries.STATISTICS_DAYS,
    }
    return render(request, "notices/channels.html", context)


@page("notices.manage")
@require_POST
def test_mail(request: ActorRequest) -> HttpResponse:
    """A test mail to the asker's own address."""
    try:
        actions.test_mail(request.actor)
    except actions.CannotTest as failed:
        messages.error(request, _failed(failed))
    else:
        messages.success(request, _("测试邮件已交给邮件服务器，请查收"))
    return redirect("notices:channels")


@page("notices.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def add_robot(request: ActorRequest) -> HttpResponse:
    """A new robot."""
    return _robot_form(request, None)


@page("notices.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_robot(request: ActorRequest, robot: UUID) -> HttpResponse:
    """A robot's settings; its address and secret only when they change."""
    return _robot_form(request, queries.robot(request.actor, robot))


def _robot_form(request: ActorRequest, robot: queries.RobotLine | None) -> HttpResponse:
    initial = {"language": "zh-hans", "per_minute": 15} if robot is None else _initial(robot)
    form = RobotForm(request.POST or None, initial=initial, robot=robot)
    if request.method == "POST" and form.is_valid():
        try:
            _save_robot(request, form, robot)
        except actions.BadRobot as bad:
            form.add_error(bad.field if bad.field in form.fields else None, say(bad.message))
        except BadAddress as bad:
            form.add_error("url", say(bad.message))
        else:
            messages.success(request, _("机器人已保存，请发一条测试消息"))
            return redirect("notices:channels")
    context = {"form": form, "robot": robot, "nav": "channels"}
    return render(request, "notices/robot.html", context, status=422 if form.errors else 200)


def _save_robot(request: ActorRequest, form: RobotForm, robot: queries.RobotLine | None) -> None:
    if robot is None:
        actions.add_robot(request.actor, kind=form.cleaned_data["kind"], plan=form.plan())
    else:
        actions.edit_robot(request.actor, robot=robot.id, plan=form.plan())


def _initial(robot: queries.RobotLine) -> dict[str, Any]:
    return {
        "label": robot.label,
        "groups": list(robot.groups),
        "units": [str(unit) for unit in robot.units],
        "per_minute": robot.per_minute,
        "language": robot.language,
    }


@page("notices.manage")
@require_POST
def test_robot(request: ActorRequest, robot: UUID) -> HttpResponse:
    """A test sentence through a robot."""
    try:
        actions.test_robot(request.actor, robot=robot)
    except actions.CannotTest as failed:
        messages.error(request, _failed(failed))
    else:
        messages.success(request, _("测试消息已发到群里"))
    return redirect("notices:channels")


@page("notices.manage")
@require_POST
def switch_robot(request: ActorRequest, robot: UUID) -> HttpResponse:
    """On or off."""
    actions.switch_robot(request.actor, robot=robot, active=request.POST.get("active") == "1")
    return redirect("notices:channels")


@page("notices.manage")
@require_POST
def retry(request: ActorRequest) -> HttpResponse:
    """Tries one failed delivery again, or all."""
    if "all" in request.POST:
        tried = actions.retry_all(request.actor)
        messages.success(request, _("已重新排队 {n} 条").format(n=tried))
    else:
        for delivery in _uuids(request.POST.getlist("delivery")):
            actions.retry(request.actor, delivery=delivery)
        messages.success(request, _("已重新排队，一分钟内发送"))
    return redirect("notices:channels")


def _failed(failed: actions.CannotTest) -> str:
    said = say(failed.message)
    if failed.code is None:
        return said
    return _("{reason}（对方答复 {code}）").format(reason=said, code=failed.code)


def _number(text: str) -> int:
    """A page's number; the first for anything else."""
    fits = text.isascii() and text.isdigit() and len(text) < 6
    return max(1, int(text)) if fits else 1


def _uuids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Absent from None
