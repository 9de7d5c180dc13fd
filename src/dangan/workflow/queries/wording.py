"""Words for states, verbs and people that several reads share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.workflow.definitions_store import label_of
from dangan.workflow.handling import CaseKind, kind_of
from dangan.workflow.models import Case
from dangan.workflow.rules.definitions import Definition
from dangan.workflow.rules.states import State

STATES: Mapping[str, str | Promise] = {
    "open": _("审批中"),
    "returned": _("已退回"),
    "waiting": _("待生效"),
    "agreed": _("已生效"),
    "refused": _("已拒绝"),
    "withdrawn": _("已撤回"),
}

VERBS: Mapping[str, str | Promise] = {
    "submit": _("提交"),
    "agree": _("同意"),
    "refuse": _("拒绝"),
    "return": _("退回"),
    "withdraw": _("收回"),
    "resubmit": _("重新提交"),
    "transfer": _("转交"),
    "delegate": _("委派"),
    "opinion": _("答复"),
    "add_signer": _("加签"),
    "remove_signer": _("减签"),
    "copy": _("抄送"),
    "urge": _("催办"),
    "fill": _("填写"),
    "overdue": _("超时"),
    "reassign": _("改派"),
    "wake": _("到生效日期"),
    "acted": _("生效"),
    "act_failed": _("未能生效"),
    "retry": _("重试"),
}

SHOWN_VERBS: Mapping[str, str] = {"opine": "opinion", "add_signers": "add_signer"}
"""The engine's words that pages call otherwise."""


def shown_verb(verb: str) -> str:
    """The key of a verb as pages know it."""
    return SHOWN_VERBS.get(verb, verb)


def verb_label(verb: str) -> str:
    """The word for a verb."""
    return str(VERBS.get(shown_verb(verb), verb))


def state_label(state: str) -> str:
    """The word for the state of a case."""
    return str(STATES.get(state, state))


class _Unknown(CaseKind):
    """Stands in for a kind whose room is not there any more: old cases stay readable."""

    key = ""
    label = _("其他流程")

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        return {}

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:  # noqa: ARG002
        return {}


def kind_or_unknown(key: str) -> CaseKind:
    """The kind with this key, or one that says nothing."""
    try:
        return kind_of(key)
    except LookupError:
        return _Unknown()


def step_labels(definition: Definition, keys: Iterable[str]) -> str:
    """The labels of steps, as one text."""
    steps = definition.structure.steps
    return "、".join(label_of(steps[key]) for key in keys if key in steps)


def steps_now(case: Case, definition: Definition, state: State) -> list[str]:
    """The steps in work: those of people that are open, and acts that wait or failed."""
    if case.state not in ("open", "waiting"):
        return []
    structure = definition.structure
    return [
        key
        for key, at in state.steps.items()
        if (at.status == "open" and structure.signed(key)) or at.status in ("waiting", "failed")
    ]


def names_for(accounts: Iterable[UUID | str | None]) -> dict[str, str]:
    """Names of accounts by their identifier as text; two statements."""
    wanted = {UUID(str(account)) for account in accounts if account}
    found = names_of_accounts(wanted) if wanted else {}
    return {str(account): name for account, name in found.items()}
