"""代码表: the tables, and the codes of one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dictionary.building import BadDictionary
from dangan.dictionary.queries import current
from dangan.dictionary.rules import Code, CodeTable, Dictionary
from dangan.dossiers.dictionary_pages import actions
from dangan.dossiers.dictionary_pages.forms import CodeForm, TableForm
from dangan.dossiers.dictionary_pages.views.sets import frame
from dangan.ui.languages import label


@dataclass(frozen=True, slots=True)
class TableLine:
    """A code table in the list."""

    key: str
    label: str
    url: str
    codes: int
    source: str
    used_by: str
    builtin: bool


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code in words; ``depth`` is how far below the top it stands."""

    code: str
    name: str
    en: str
    aliases: str
    depth: int
    retired: bool
    url: str


@page("dictionary.view")
@require_safe
def tables(request: ActorRequest) -> HttpResponse:
    """Every code table with the fields that use it."""
    dictionary = current()
    used: dict[str, list[str]] = defaultdict(list)
    for item in dictionary.fields:
        if item.code_table:
            info_set = dictionary.sets[item.set_key]
            used[item.code_table].append(
                f"{label(info_set.label, info_set.label_en)} · {label(item.label, item.label_en)}"
            )
    lines = [_table_line(table, used[table.key]) for table in dictionary.code_tables.values()]
    lines.sort(key=lambda line: (line.builtin, not line.source.startswith("参照"), line.key))
    context = frame(dictionary, "#tables") | {"tables": lines}
    return render(request, "dictionary/tables.html", context)


def _table_line(table: CodeTable, used: list[str]) -> TableLine:
    return TableLine(
        key=table.key,
        label=label(table.label, table.label_en),
        url=reverse("dictionary:table", args=[table.key]),
        codes=len(table.codes),
        source=table.source,
        used_by="、".join(used),
        builtin=table.builtin,
    )


@page("dictionary.view")
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: ActorRequest, key: str) -> HttpResponse:
    """The codes of one table; those who may add a code or change one (``?code=``)."""
    dictionary = current()
    found = _known_table(dictionary, key)
    chosen = found.by_code.get(request.GET.get("code", ""))
    form = None
    if request.actor.may(actions.EDIT):
        form = CodeForm(request.POST or None, initial=_initial(chosen))
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            plain = form.plain() if form else {}
            if chosen:
                plain |= {"code": chosen.code, "parent": chosen.parent, "short": chosen.short}
            actions.put_code(request.actor, table_key=key, plain=plain)
        except BadDictionary as error:
            if form is None:
                raise
            form.add_problems(error)
        else:
            messages.success(request, _("已保存，立即生效。"))
            return redirect("dictionary:table", key=key)
    context = frame(dictionary, "#tables") | {
        "table": _table_line(found, []),
        "codes": [_code_line(found, item) for item in found.codes],
        "form": form,
        "code": chosen.code if chosen else "",
    }
    status = 422 if form and form.errors else 200
    return render(request, "dictionary/table.html", context, status=status)


@page("dictionary.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new_table(request: ActorRequest) -> HttpResponse:
    """A new code table with its first codes."""
    form = TableForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"]
        try:
            actions.add_table(request.actor, key=key, plain=form.plain(), codes=form.code_lines())
        except BadDictionary as error:
            form.add_problems(error)
        else:
            messages.success(request, _("已新增代码表，新增字段时可以选用。"))
            return redirect("dictionary:table", key=key)
    context = frame(current(), "#tables") | {"form": form}
    return render(request, "dictionary/new_table.html", context, status=422 if form.errors else 200)


def _known_table(dictionary: Dictionary, key: str) -> CodeTable:
    if key not in dictionary.code_tables:
        raise Http404
    return dictionary.code_tables[key]


def _initial(code: Code | None) -> dict[str, object]:
    if code is None:
        return {}
    return {
        "code": code.code,
        "name": code.name,
        "en": code.en,
        "aliases": "、".join(code.aliases),
        "retired": code.retired,
    }


def _code_line(table: CodeTable, item: Code) -> CodeLine:
    return CodeLine(
        code=item.code,
        name=f"{item.name}（{item.short}）" if item.short else item.name,
        en=item.en,
        aliases="、".join(item.aliases),
        depth=len(list(table.ancestors(item.code))) - 1,
        retired=item.retired,
        url=f"{reverse('dictionary:table', args=[table.key])}?code={item.code}",
    )
