"""Writes about accounts, rights, log-in and tokens: one verb, one function."""

from dangan.access.actions.accounts import (
    AccountProblem,
    BadPassword,
    NewAccount,
    change_password,
    create_account,
    lock_account,
    reopen_account,
    reset_password,
    unlock_account,
)
from dangan.access.actions.codes import issue_code, use_code
from dangan.access.actions.ending import (
    end_account,
    end_grants,
    end_grants_outside,
    end_permits,
)
from dangan.access.actions.granting import give_permits, give_temporary, hand_over, use_permit
from dangan.access.actions.login import TRIES, LogIn, forgive, log_in, log_out, throttle
from dangan.access.actions.rights import (
    Decide,
    RightsProblem,
    Wish,
    approve_request,
    carry_out_request,
    close_request,
    decline_request,
    grant_role,
    request_change,
    revoke_role,
    withdraw_request,
)
from dangan.access.actions.tokens import NewToken, TokenProblem, create_token, revoke_token

__all__ = [
    "TRIES",
    "AccountProblem",
    "BadPassword",
    "Decide",
    "LogIn",
    "NewAccount",
    "NewToken",
    "RightsProblem",
    "TokenProblem",
    "Wish",
    "approve_request",
    "carry_out_request",
    "change_password",
    "close_request",
    "create_account",
    "create_token",
    "decline_request",
    "end_account",
    "end_grants",
    "end_grants_outside",
    "end_permits",
    "forgive",
    "give_permits",
    "give_temporary",
    "grant_role",
    "hand_over",
    "issue_code",
    "lock_account",
    "log_in",
    "log_out",
    "reopen_account",
    "request_change",
    "reset_password",
    "revoke_role",
    "revoke_token",
    "throttle",
    "unlock_account",
    "use_code",
    "use_permit",
    "withdraw_request",
]
