"""Adding sets and fields, changing fields, taking them out of use and back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.dictionary.actions import DictionaryConflict
from dangan.dictionary.building import BadDictionary
from dangan.dictionary.queries import current
from dangan.dictionary.rules import Dictionary, Field
from dangan.dossiers.dictionary_pages import actions
from dangan.dossiers.dictionary_pages.forms import FieldForm, SetForm, change_form
from dangan.dossiers.dictionary_pages.shown import field_line, set_line
from dangan.dossiers.dictionary_pages.views.sets import frame, known_set
from dangan.ui.messages import say


@page("dictionary.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new_set(request: ActorRequest) -> HttpResponse:
    """A new information set; its fields come next."""
    form = SetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        plain = form.plain()
        try:
            actions.add_set(request.actor, plain=plain)
        except BadDictionary as error:
            form.add_problems(error)
        else:
            messages.success(request, _("已新增信息集，接着添加它的字段。"))
            return redirect("dictionary:new_field", key=plain["key"])
    context = frame(current()) | {"form": form}
    return render(request, "dictionary/new_set.html", context, status=422 if form.errors else 200)


@page("dictionary.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new_field(request: ActorRequest, key: str) -> HttpResponse:
    """A new field of a set."""
    dictionary = current()
    if key not in dictionary.sets:
        raise Http404
    info_set = dictionary.sets[key]
    initial = {"owner": info_set.owner, "self_service": "view", "mask": "all"}
    form = FieldForm(request.POST or None, dictionary=dictionary, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_field(
                request.actor, set_key=key, key=form.cleaned_data["key"], plain=form.plain()
            )
        except BadDictionary as error:
            form.add_problems(error)
        else:
            messages.success(request, _("已添加字段，填写、导入和导出里都能用了。"))
            return redirect("dictionary:set", key=key)
    context = frame(dictionary, key) | {"form": form, "chosen": set_line(info_set)}
    return render(request, "dictionary/new_field.html", context, status=422 if form.errors else 200)


@page("dictionary.view")
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: ActorRequest, key: str, field: str) -> HttpResponse:
    """One field in full, and for those who may the form to change it."""
    dictionary = current()
    item = _known_field(dictionary, key, field)
    form = None
    status = 200
    if request.actor.may(actions.EDIT) and not item.retired:
        form = change_form(item, dictionary, request.POST or None)
    if request.method == "POST":
        answer = _change(request, item, form)
        if answer is not None:
            return answer
        status = 422
    context = frame(dictionary, key) | {
        "form": form,
        "chosen": set_line(dictionary.info_set(key)),
        "field": field_line(item, dictionary),
        "may_retire": not (item.builtin and (item.required or item.unique or item.roster)),
        "base_revision": request.POST.get("base_revision", dictionary.revision),
    }
    return render(request, "dictionary/field.html", context, status=status)


def _change(request: ActorRequest, item: Field, form: FieldForm | None) -> HttpResponse | None:
    """The answer to a change that was made; ``None`` when the form has something to say."""
    base = request.POST.get("base_revision", "")
    if form is not None and not form.is_valid():
        return None
    changes = form.plain() if form is not None else {}
    base_revision = int(base) if base.isdecimal() and len(base) < 18 else -1
    try:
        actions.change_field(
            request.actor, path=item.path, changes=changes, base_revision=base_revision
        )
    except BadDictionary as error:
        if form is None:
            raise
        form.add_problems(error)
        return None
    except DictionaryConflict as error:
        if form is None:
            raise
        form.add_error(None, say(error.message))
        return None
    messages.success(request, _("已保存，立即生效。"))
    return redirect("dictionary:set", key=item.set_key)


@page("dictionary.edit")
@require_POST
def use_field(request: ActorRequest, key: str, field: str) -> HttpResponse:
    """Take a field out of use (``use=0``) or back into it (``use=1``)."""
    item = _known_field(current(), key, field)
    verb = actions.restore_field if request.POST.get("use") == "1" else actions.retire_field
    try:
        verb(request.actor, path=item.path)
    except BadDictionary as error:
        messages.error(request, _first(error))
    else:
        messages.success(
            request,
            _("已恢复使用。")
            if verb is actions.restore_field
            else _("已停用：不再填写，旧版本里仍可查看。"),
        )
    return redirect("dictionary:set", key=key)


@page("dictionary.edit")
@require_POST
def use_set(request: ActorRequest, key: str) -> HttpResponse:
    """Take a whole set out of use, or back into it."""
    info_set = known_set(current(), key)
    verb = actions.restore_set if request.POST.get("use") == "1" else actions.retire_set
    try:
        verb(request.actor, key=info_set.key)
    except BadDictionary as error:
        messages.error(request, _first(error))
    else:
        messages.success(
            request,
            _("已恢复使用。")
            if verb is actions.restore_set
            else _("已停用：不再填写，旧版本里仍可查看。"),
        )
    return redirect("dictionary:set", key=key)


def _known_field(dictionary: Dictionary, key: str, field: str) -> Field:
    info_set = known_set(dictionary, key)
    if field not in info_set.by_key:
        raise Http404
    return info_set.by_key[field]


def _first(error: BadDictionary) -> str:
    return say(next(iter(error.problems.values())))
