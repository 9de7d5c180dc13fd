"""The verbs of cases: load – require – decide – save – log, one transaction each.

All may raise :class:`~dangan.access.rules.Absent` (no such case, or none the actor may know of),
:class:`~dangan.access.rules.Refused`, :class:`~dangan.workflow.problems.NotAllowed` (the rules say
no, with a sentence), ``AlreadyDecided`` (somebody was first) and ``CaseMoved`` (what is decided
upon changed since ``version``). :class:`~dangan.workflow.handling.CannotTakeEffect` takes a
decision back whole. Every refusal is logged.
"""

from dangan.workflow.actions.deciding import Result, agree, agree_many, fill, refuse, return_case
from dangan.workflow.actions.definitions import (
    save_definition,
    serve_definition,
    withdraw_definition,
)
from dangan.workflow.actions.deputies import end_deputy, name_deputy
from dangan.workflow.actions.passing import (
    add_signers,
    copy_to,
    delegate,
    give_opinion,
    remove_signer,
    retry_act,
    transfer,
    urge,
    withdraw,
)
from dangan.workflow.actions.starting import open_case, resubmit
from dangan.workflow.actions.sweeping import SweepReport, sweep
from dangan.workflow.actions.talking import comment

__all__ = [
    "Result",
    "SweepReport",
    "add_signers",
    "agree",
    "agree_many",
    "comment",
    "copy_to",
    "delegate",
    "end_deputy",
    "fill",
    "give_opinion",
    "name_deputy",
    "open_case",
    "refuse",
    "remove_signer",
    "resubmit",
    "retry_act",
    "return_case",
    "save_definition",
    "serve_definition",
    "sweep",
    "transfer",
    "urge",
    "withdraw",
    "withdraw_definition",
]
