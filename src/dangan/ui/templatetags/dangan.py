"""The components of every page, as template tags. Examples stand at the top of ``ui/shell.html``.

All of them escape what they are given and emit classes only: the page's policy forbids ``style``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import template
from django.forms import CheckboxSelectMultiple
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dangan.ui import languages
from dangan.ui.messages import Sayable
from dangan.ui.messages import say as say_message

if TYPE_CHECKING:
    from django.forms import BoundField

register = template.Library()

STATE_ICONS = {
    "draft": "circle-dashed",
    "run": "circle-half-2",
    "ok": "circle-check",
    "back": "arrow-back-up",
    "late": "alert-circle",
    "off": "circle-off",
}
SUBJECT_STATES = {
    "draft": "draft",
    "confirmed": "run",
    "filed": "ok",
    "changed": "ok",
    "departed": "off",
    "retained": "off",
    "destroyed": "late",
}


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """A Tabler icon; with ``label`` it speaks to a screen reader, without it is decoration."""
    classes = f"ti ti-{name} {extra}".strip()
    if label:
        return format_html('<i class="{}" role="img" aria-label="{}"></i>', classes, label)
    return format_html('<i class="{}" aria-hidden="true"></i>', classes)


@register.simple_tag
def avatar(name: str, ident: object = "", photo: str = "", size: str = "") -> SafeString:
    """A rounded square: the photo, or the surname on one of four tints fixed by ``ident``.

    ``size`` is empty (24 px), ``lg`` (32 px) or ``xl`` (80 × 112, the portrait of a dossier).
    Always decoration: the name stands beside it.
    """
    box = {"lg": "av lg", "xl": "av xl"}.get(size, "av")
    if photo:
        return format_html('<span class="{}" aria-hidden="true"><img src="{}" alt=""></span>',
                           box, photo)  # fmt: skip
    tint = (ident.int if isinstance(ident, UUID) else sum(str(ident or name).encode())) % 4
    letter = name.strip()[:1] or "?"
    return format_html('<span class="{} av-{}" aria-hidden="true">{}</span>', box, tint, letter)


@register.simple_tag
def state(kind: str, label: str) -> SafeString:
    """Shape and word: ``draft`` ``run`` ``ok`` ``back`` ``late`` ``off`` (or a subject's state)."""
    kind = kind if kind in STATE_ICONS else SUBJECT_STATES.get(kind, "draft")
    return format_html('<span class="st st-{}">{}{}</span>', kind, icon(STATE_ICONS[kind]), label)


@register.simple_tag
def change(old: object, new: object) -> SafeString:
    """Old struck out in grey, new in bold red, an arrow between; empty values said in words."""
    return format_html(
        '<span class="chg"><del class="old">{}</del>{}<ins class="new">{}</ins></span>',
        _said(old),
        icon("arrow-right", _("改为")),
        _said(new),
    )


@register.simple_tag
def cell(shown: Any, reveal_url: str = "", empty: str = "") -> SafeString:
    """A ``Cell(showing, value)``: plain, masked (with an eye if it may be revealed) or hidden."""
    showing = str(getattr(shown, "showing", "plain"))
    value = getattr(shown, "text", None)
    value = getattr(shown, "value", None) if value is None else value
    if showing == "hidden":
        return format_html('<span class="ink4" title="{}">{}</span>', _("无权查看"), "—")
    if value in (None, ""):
        return format_html('<span class="ink4">{}</span>', empty or _("无"))
    if showing == "masked":
        eye = _eye(reveal_url) if reveal_url else ""
        return format_html('<span class="ink2" title="{}">{}</span>{}', _("掩码显示"), value, eye)
    return format_html("{}", value)


def _eye(url: str) -> SafeString:
    return format_html(
        '<button type="button" class="icon-b eye" hx-get="{}" hx-target="#dialog" title="{}">'
        "{}</button>",
        url,
        _("查看完整内容"),
        icon("eye", _("查看完整内容")),
    )


@register.simple_tag
def bar(percent: float, tone: str = "", label: str = "") -> SafeString:
    """A thin horizontal bar, 0–100. SVG, because the policy forbids a width in ``style``."""
    width = max(0.0, min(100.0, float(percent)))
    described = format_html('role="img" aria-label="{}"', label) if label else mark_safe(
        'aria-hidden="true"'
    )  # fmt: skip
    return format_html(
        '<svg class="bar {}" {}><rect class="bar-full" width="100%" height="100%" rx="3"/>'
        '<rect class="bar-part" width="{}%" height="100%" rx="3"/></svg>',
        tone,
        described,
        f"{width:.1f}",
    )


@register.inclusion_tag("ui/parts/pager.html", takes_context=True)
def pager(
    context: Mapping[str, Any], page: Any, target: str = "", param: str = "page"
) -> dict[str, Any]:
    """Footer of a list: how many, which, how long it took, and the way to the others.

    ``page`` has ``total``, ``offset``, ``limit`` and perhaps ``took_ms``. Links keep the query
    string and set ``?page=``; with ``target`` (a CSS selector) htmx swaps only that element.
    """
    total, offset, limit = int(page.total), int(page.offset), max(1, int(page.limit))
    number, last = offset // limit + 1, max(1, -(-total // limit))
    request = context["request"]

    def url(to: int) -> str:
        query = request.GET.copy()
        query[param] = str(to)
        return f"{request.path}?{query.urlencode()}"

    return {
        "total": total,
        "first": min(offset + 1, total),
        "last_row": min(offset + limit, total),
        "took": getattr(page, "took_ms", None),
        "number": number,
        "last": last,
        "previous": url(number - 1) if number > 1 else "",
        "next": url(number + 1) if number < last else "",
        "target": target,
    }


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, label: str = "", help: str = "", wide: bool = False) -> dict[str, Any]:
    """A form row: label, control, help and error, tied together for screen readers."""
    described = " ".join(
        part
        for part in (
            f"{bound.auto_id}-error" if bound.errors else "",
            f"{bound.auto_id}-help" if (help or bound.help_text) else "",
        )
        if part
    )
    attrs: dict[str, str | bool] = {"class": _control_class(bound)}
    if described:
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "help": help or bound.help_text,
        "wide": wide,
        "is_check": _is_check(bound) and not _is_several(bound),
        "is_several": _is_several(bound),
        "described": described,
    }


def _is_check(bound: BoundField) -> bool:
    return getattr(bound.field.widget, "input_type", "") == "checkbox"


def _is_several(bound: BoundField) -> bool:
    """Boxes to tick, each with a label of its own: a group, not one control."""
    return isinstance(bound.field.widget, CheckboxSelectMultiple)


def _control_class(bound: BoundField) -> str:
    given = str(bound.field.widget.attrs.get("class", ""))
    if _is_check(bound):
        own = "form-check-input"
    elif getattr(bound.field.widget, "input_type", "") == "select":
        own = "form-select"
    else:
        own = "form-control"
    return f"{own} {given}".strip() + (" is-invalid" if bound.errors else "")


@register.simple_tag
def say(message: Sayable | str) -> str:
    """A rule's ``Message`` in the reader's language."""
    return say_message(message)


@register.simple_tag
def page_url(name: str, *args: object, **kwargs: object) -> str:
    """Like ``url``, but empty when no room has that page: for links between rooms."""
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def may(context: Mapping[str, Any], permission: str) -> bool:
    """Whether the actor of this request holds a permission: ``{% may "x" as ok %}``."""
    actor = context.get("actor")
    return actor is not None and bool(actor.may(permission))


@register.simple_tag
def label_of(thing: Any) -> str:
    """The label of a field, set, role … (``label``, ``label_en``) in the reader's language."""
    return languages.label(str(thing.label), str(getattr(thing, "label_en", "")))


@register.filter
def wording(text: str) -> str:
    """Wording that is not a msgid (a unit kind, a code name): Traditional where asked for."""
    return languages.label(str(text))


@register.filter
def thousands(value: float | None) -> str:
    """12846 → 12,846. Empty for ``None``."""
    return "" if value is None else f"{value:,}"


WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@register.filter
def moment(value: dt.datetime | dt.date | None) -> str:
    """今天 18:00, 昨天 10:05, 11-23 周一 within a fortnight, 2026-08-02 further off."""
    if value is None:
        return ""
    now = timezone.localtime()
    local = timezone.localtime(value) if isinstance(value, dt.datetime) else None
    day = local.date() if local else dt.date(value.year, value.month, value.day)
    clock = f" {local:%H:%M}" if local else ""
    days = (day - now.date()).days
    near = {0: _("今天"), -1: _("昨天"), 1: _("明天")}
    if days in near:
        return near[days] + clock
    if day.year == now.year and abs(days) <= 14:
        return f"{day:%m-%d} {weekday(day)}{clock}"
    return f"{day:%Y-%m-%d}{clock}"


def weekday(day: dt.date) -> str:
    """周一 … 周日."""
    return languages.label(WEEKDAYS[day.weekday()], f"{day:%a}")


def _said(value: object) -> object:
    return _("（空）") if value in (None, "") else value
