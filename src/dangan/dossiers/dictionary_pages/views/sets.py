"""信息集: which fields there are, and why each is held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dictionary.queries import current
from dangan.dictionary.rules import Dictionary, Field, FieldClass, InfoSet
from dangan.dossiers.dictionary_pages.shown import (
    FieldLine,
    SetLine,
    field_line,
    set_line,
    set_lines,
)

_FILTERS: dict[str, tuple[str | Promise, Callable[[Field], bool]]] = {
    "": (_("全部"), lambda _item: True),
    "sensitive": (_("敏感及以上"), lambda item: item.field_class >= FieldClass.SENSITIVE),
    "consent": (_("须单独同意"), lambda item: item.needs_consent),
    "roster": (_("花名册"), lambda item: item.roster),
    "own": (_("自行添加"), lambda item: not item.builtin),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One filter with the number of fields it shows."""

    key: str
    label: str | Promise
    count: int
    on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A set and those of its fields that are shown."""

    info_set: SetLine
    fields: list[FieldLine]


def frame(dictionary: Dictionary, key: str = "") -> dict[str, Any]:
    """What every page of the dictionary shows at its left side."""
    return {
        "nav": "dictionary",
        "sets": set_lines(dictionary.sets.values()),
        "retired_sets": set_lines(dictionary.retired_sets.values()),
        "chosen_key": key,
        "revision": dictionary.revision,
    }


@page("dictionary.view")
@require_safe
def overview(request: ActorRequest) -> HttpResponse:
    """Every field of every set, filtered: the register of what is processed and why."""
    dictionary = current()
    asked = request.GET.get("show", "")
    asked = asked if asked in _FILTERS else ""
    wanted = _FILTERS[asked][1]
    groups = [
        Group(set_line(info_set), lines)
        for info_set in dictionary.sets.values()
        if (lines := [field_line(item, dictionary) for item in info_set.fields if wanted(item)])
    ]
    segments = [
        Segment(key, name, sum(map(test, dictionary.fields)), key == asked)
        for key, (name, test) in _FILTERS.items()
    ]
    context = frame(dictionary) | {
        "groups": groups,
        "segments": segments,
        "total": len(dictionary.fields),
    }
    return render(request, "dictionary/sets.html", context)


@page("dictionary.view")
@require_safe
def one_set(request: ActorRequest, key: str) -> HttpResponse:
    """One set: its fields, and those no longer in use."""
    dictionary = current()
    info_set = known_set(dictionary, key)
    context = frame(dictionary, key) | {
        "chosen": set_line(info_set),
        "group": Group(
            set_line(info_set), [field_line(item, dictionary) for item in info_set.fields]
        ),
        "retired": [field_line(item, dictionary) for item in info_set.retired_fields],
    }
    return render(request, "dictionary/set.html", context)


def known_set(dictionary: Dictionary, key: str) -> InfoSet:
    """The set ``key``, retired or not, or 404."""
    try:
        return dictionary.info_set(key)
    except KeyError:
        raise Http404 from None
