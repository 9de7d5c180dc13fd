"""保管期限表 and its versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules.labels import RETENTIONS
from dangan.materials.catalogue.models import FileKind
from dangan.materials.disposal import actions, schedules
from dangan.materials.disposal.forms import APPLIES, STARTS, BadLine, lines_of
from dangan.materials.disposal.problems import DisposalProblem
from dangan.ui.messages import say


@page("disposal.view")
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: ActorRequest) -> HttpResponse:
    """The table in force or an older version; with ``disposal.manage`` everywhere it is edited."""
    number = request.GET.get("version", "")
    chosen = schedules.current()
    if number.isdecimal() and len(number) < 7:
        asked = schedules.version(int(number))
        if asked is None:
            raise Absent
        chosen = asked
    problem = ""
    if request.method == "POST":
        try:
            actions.save_schedule(
                request.actor,
                base=int(request.POST.get("base", "-1") or -1),
                lines=lines_of(schedules.current().lines, request.POST),
            )
        except DisposalProblem as error:
            problem = say(error.message)
        except BadLine as error:
            problem = error.text
        except ValueError:
            problem = _("页面上的表与现在的不一致，请刷新后再改。")
        else:
            messages.success(request, _("保管期限表已更新，今晚起按新表计算"))
            return redirect("disposal:schedule")
    versions = schedules.versions()
    names = names_of_accounts({one.by for one in versions if one.by})
    newest = versions[0].version
    context: dict[str, Any] = {
        "chosen": chosen,
        "lines": [(line, _spoken_of(line)) for line in chosen.lines],
        "versions": [(one, names.get(one.by, "") if one.by else "") for one in versions],
        "newest": newest,
        "edits": chosen.version == newest and request.actor.may_at("disposal.manage", ()),
        "problem": problem,
        "starts": STARTS,
        "applies": APPLIES,
        "nav": "disposal",
        "section": "schedule",
    }
    return render(request, "disposal/schedule.html", context, status=422 if problem else 200)


def _spoken_of(line: Any) -> str:
    """What a line speaks of, in words."""
    kinds = {key: str(label) for key, label in FileKind.choices} | {"away": _("已转出")}
    sets = dictionary_queries.current().sets
    words = {
        "kind": kinds,
        "retention": {key: label for key, (label, _en) in RETENTIONS.items()},
        "set": {key: item.label for key, item in sets.items()},
        "category": {},
    }[line.applies]
    return "、".join(words.get(name, name) for name in line.names)
