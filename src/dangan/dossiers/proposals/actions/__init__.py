"""The verbs of proposed changes: a draft row by row, and sending it on its way."""

from dangan.dossiers.proposals.actions.drafting import (
    attach,
    detach,
    discard,
    draft,
    drop_row,
    put_row,
)
from dangan.dossiers.proposals.actions.routing import save_routes
from dangan.dossiers.proposals.actions.sending import (
    Submitted,
    propose,
    release,
    reopen,
    submit,
    submit_apart,
    withdraw,
)
from dangan.dossiers.proposals.refusals import BadState, Claimed, NeedsApproval, Stale

__all__ = [
    "BadState",
    "Claimed",
    "NeedsApproval",
    "Stale",
    "Submitted",
    "attach",
    "detach",
    "discard",
    "draft",
    "drop_row",
    "propose",
    "put_row",
    "release",
    "reopen",
    "save_routes",
    "submit",
    "submit_apart",
    "withdraw",
]
