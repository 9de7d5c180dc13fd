"""审批规则: which changes pass which desks; read, tried out and changed line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import OWNERS, Dictionary, FieldClass
from dangan.dossiers.proposals import actions, routes
from dangan.dossiers.proposals.refusals import Stale
from dangan.dossiers.proposals.rules import DIRECT, BadRoutes, RouteRule, Who
from dangan.dossiers.proposals.rules.routes import deciding, touched
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say

WHO = {
    "anyone": gettext_lazy("任何人"),
    "self": gettext_lazy("本人"),
    "other": gettext_lazy("其他人"),
    "starter": gettext_lazy("只能发起的人"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as it reads."""

    place: int
    who: str
    what: str
    to: str
    direct: bool
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a list."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the table says of a change that somebody tried out."""

    place: int
    text: str


@page("definitions.view")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """The table in force; ``?set=…&who=…`` tries it out."""
    return _page(request)


@page("definitions.edit")
@require_POST
def save(request: ActorRequest) -> HttpResponse:
    """Moves, removes or adds one line; the table is checked as a whole."""
    now = routes.current()
    act = _DEEDS.get(request.POST.get("deed", ""))
    try:
        rules = act(list(now.rules), request.POST) if act else None
    except (KeyError, ValueError, IndexError, StopIteration):
        rules = None
    if rules is None:
        return _page(request, problems=[_("没有收到要改的内容，请重新选择。")], status=422)
    version = request.POST.get("version", "")
    known = int(version) if version.isdecimal() and len(version) < 10 else -1
    try:
        actions.save_routes(request.actor, rules=rules, version=known)
    except BadRoutes as bad:
        problems = [say(message) for message in bad.messages]
        return _page(request, problems=problems, status=422)
    except Stale:
        text = _("别人刚改过审批规则，这一次没有存。下面是现在的规则。")
        return _page(request, problems=[text], status=409)
    messages.success(request, _("已存，之后提交的变更按新规则走；正在审批的不受影响。"))
    return redirect("proposals:routes")


def _page(
    request: ActorRequest, *, problems: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    now = routes.current()
    dictionary = dictionary_queries.current()
    places = {key: in_language(*labels) for key, labels in routes.destinations().items()}
    answer = _tried(request.GET, now.rules, dictionary, places)
    context = {
        "lines": list(_lines(now.rules, dictionary, places)),
        "version": now.version,
        "problems": problems,
        "may_edit": request.actor.may("definitions.edit"),
        "answer": answer,
        "who": _options(WHO.items(), request.GET.get("who", "self")),
        "who_tried": _options(
            [item for item in WHO.items() if item[0] != "anyone"], request.GET.get("who", "self")
        ),
        "sets": _options(
            (
                (item.key, in_language(item.label, item.label_en))
                for item in dictionary.sets.values()
            ),
            request.GET.get("set", ""),
        ),
        "fields": _options(_paths(dictionary), request.GET.get("field", "")),
        "owners": _options((key, in_language(*labels)) for key, labels in OWNERS.items()),
        "classes": _options(
            (item.name.lower(), in_language(item.label, item.label_en)) for item in FieldClass
        ),
        "destinations": [Option(DIRECT, _("直接生效")), *_options(places.items())],
        "deletes": bool(request.GET.get("deletes")),
        "nav": "routes",
    }
    return render(request, "dossiers/proposals/routes.html", context, status=status)


def _options(pairs: Iterable[tuple[str, object]], chosen: str = "") -> list[Option]:
    return [Option(value, str(label), value == chosen) for value, label in pairs]


def _paths(dictionary: Dictionary) -> Iterable[tuple[str, str]]:
    for info_set in dictionary.sets.values():
        name = in_language(info_set.label, info_set.label_en)
        for item in info_set.fields:
            yield item.path, f"{name} {in_language(item.label, item.label_en)}"


def _lines(
    rules: Sequence[RouteRule], dictionary: Dictionary, places: Mapping[str, str]
) -> Iterable[Line]:
    labels = dict(_paths(dictionary))
    for place, rule in enumerate(rules):
        yield Line(
            place=place,
            who=str(WHO[rule.who]),
            what=_what(rule, dictionary, labels),
            to=_("直接生效") if rule.to == DIRECT else places.get(rule.to, rule.to),
            direct=rule.to == DIRECT,
            first=place == 0,
            last=place == len(rules) - 1,
        )


def _what(rule: RouteRule, dictionary: Dictionary, labels: Mapping[str, str]) -> str:
    """The conditions in words."""
    parts = []
    if rule.deletes:
        parts.append(_("删除行"))
    if rule.sets:
        parts.append(_set_names(rule.sets, dictionary))
    if rule.except_sets:
        parts.append(_("除{sets}外").format(sets=_set_names(rule.except_sets, dictionary)))
    if rule.paths:
        parts.append("、".join(labels.get(path, path) for path in sorted(rule.paths)))
    if rule.owners:
        names = "、".join(in_language(*OWNERS[key]) for key in sorted(rule.owners))
        parts.append(_("{owners}主管的字段").format(owners=names))
    if rule.min_class:
        mark = in_language(rule.min_class.label, rule.min_class.label_en)
        parts.append(_("{mark}及以上").format(mark=mark))
    return "，".join(parts) or _("其余改动")


def _set_names(keys: Iterable[str], dictionary: Dictionary) -> str:
    known = [dictionary.sets[key] for key in sorted(keys) if key in dictionary.sets]
    return "、".join(in_language(item.label, item.label_en) for item in known)


def _tried(
    query: QueryDict,
    rules: Sequence[RouteRule],
    dictionary: Dictionary,
    places: Mapping[str, str],
) -> Answer | None:
    """Which line decides about the change that ``query`` describes."""
    info_set = dictionary.sets.get(query.get("field", "").partition(".")[0])
    info_set = info_set or dictionary.sets.get(query.get("set", ""))
    who = next((item for item in get_args(Who) if item == query.get("who")), None)
    if info_set is None or who is None:
        return None
    named = [item for item in info_set.fields if item.path == query.get("field")]
    fields = [
        touched(item, deleted=bool(query.get("deletes"))) for item in named or info_set.fields
    ]
    place = deciding(rules, who, fields)
    if place is None:
        return None
    to = rules[place].to
    name = _("直接生效") if to == DIRECT else places.get(to, to)
    return Answer(place, _("按第 {n} 条：{to}").format(n=place + 1, to=name))


def _one(form: QueryDict, name: str) -> str:
    """A value that must be there; raises :class:`KeyError`."""
    found = form.get(name)
    if found is None:
        raise KeyError(name)
    return str(found)


def _moved(rules: list[RouteRule], form: QueryDict) -> list[RouteRule]:
    place, by = int(_one(form, "place")), -1 if _one(form, "to") == "up" else 1
    if not 0 <= place < len(rules) or not 0 <= place + by < len(rules):
        raise IndexError
    rules[place], rules[place + by] = rules[place + by], rules[place]
    return rules


def _removed(rules: list[RouteRule], form: QueryDict) -> list[RouteRule]:
    place = int(_one(form, "place"))
    if not 0 <= place < len(rules):
        raise IndexError
    return rules[:place] + rules[place + 1 :]


def _added(rules: list[RouteRule], form: QueryDict) -> list[RouteRule]:
    mark = form.get("min_class", "")
    who = next(item for item in get_args(Who) if item == _one(form, "who"))
    rule = RouteRule(
        to=_one(form, "destination"),
        who=who,
        sets=frozenset(form.getlist("sets")),
        except_sets=frozenset(form.getlist("except_sets")),
        paths=frozenset(form.getlist("fields")),
        owners=frozenset(form.getlist("owners")),
        min_class=FieldClass[mark.upper()] if mark else None,
        deletes=bool(form.get("deletes")),
    )
    place = int(form.get("place") or 0)
    return [*rules[:place], rule, *rules[place:]]


_DEEDS: Mapping[str, Callable[[list[RouteRule], QueryDict], list[RouteRule]]] = {
    "move": _moved,
    "remove": _removed,
    "add": _added,
}
