"""Whether a password is right, here or in the directory: the one answer for every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dangan.access import profiles
from dangan.access.elsewhere import Verdict
from dangan.access.federation import queries
from dangan.access.federation.actions.linking import NoAccount, account_for
from dangan.access.models import Account
from dangan.access.queries import unknown_actor
from dangan.dictionary.rules import Message

if TYPE_CHECKING:
    from dangan.access.federation.directory import Answer

_DOWN = Message(
    "企业目录暂时连不上，没有登录，资料没有变化。稍后再试；管理员可以用本系统的密码登录"
)
_USE_BUTTON = Message("这个账号改用企业账号登录了，请用“企业账号”的按钮")
_DIFFERS = Message("企业目录里的条目与这个账号对不上，没有登录。请联系管理员")


def judge(account: Account | None, login: str, password: str, fits: bool) -> Verdict:
    """As :data:`dangan.access.elsewhere.Judge`.

    The directory is asked for every name but one whose password kept here counts and fits, so
    that neither words nor time tell which names there are, or whose.
    """
    if account is not None and fits and queries.local_counts(account):
        return Verdict(right=True)
    if not queries.by_directory():
        moved = account is not None and fits
        return Verdict(right=False, message=_USE_BUTTON if moved else None)
    if account is not None and not login:
        profiles.fill_in([account])
        login = account.login
    from dangan.access.federation import directory  # noqa: PLC0415 - slow to load, not all need it

    answer = directory.ask(login, password)
    if answer.verdict != "right":
        return Verdict(right=False, message=_DOWN if answer.verdict == "down" else None)
    return _known(account, answer)


def _known(account: Account | None, answer: Answer) -> Verdict:
    """The directory says yes: who that is here. Its spelling of the name counts, not the one
    typed."""
    actor = unknown_actor()
    try:
        found = account_for(actor, "ldap", ident=answer.ident, names=answer.names)
    except NoAccount as refused:
        shut = refused.why == "shut" and account is not None and refused.account == account
        return Verdict(right=shut, message=None if shut else refused.message)
    if account is None or found != account:
        return Verdict(right=False, message=_DIFFERS)
    account.password = found.password
    account.must_change_password = found.must_change_password
    return Verdict(right=True)
