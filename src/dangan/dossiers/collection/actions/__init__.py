"""The verbs of collection forms: HR invites, the newcomer answers, HR decides."""

from dangan.dossiers.collection.actions.answering import (
    Shut,
    Turned,
    accept_notice,
    add_paper,
    drop_paper,
    drop_row,
    leave,
    open_form,
    put_row,
    set_portrait,
    submit,
)
from dangan.dossiers.collection.actions.deciding import Entering, confirm, return_form
from dangan.dossiers.collection.actions.inviting import (
    Issued,
    expire_forms,
    invite,
    reissue,
    revoke,
)

__all__ = [
    "Entering",
    "Issued",
    "Shut",
    "Turned",
    "accept_notice",
    "add_paper",
    "confirm",
    "drop_paper",
    "drop_row",
    "expire_forms",
    "invite",
    "leave",
    "open_form",
    "put_row",
    "reissue",
    "return_form",
    "revoke",
    "set_portrait",
    "submit",
]
