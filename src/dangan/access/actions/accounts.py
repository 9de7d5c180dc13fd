"""Making accounts, and their passwords and locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import elsewhere, passwords, profiles
from dangan.access.actions.login import clear_tries, count_try
from dangan.access.actions.rights import Wish, apply_grant, open_request
from dangan.access.models import Account, AccountState, OldPassword, Token
from dangan.access.profiles import Profile
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.ui.messages import say
from dangan.vault.actions import make_keys

REMEMBERED = 5
"""How many earlier passwords are kept, whichever policy holds."""

REASON_MIN = 4
"""Characters a reason for opening an ended account has at least."""


class AccountProblem(Exception):  # noqa: N818 - an answer to the asker
    """An account cannot be made or changed so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class BadPassword(Exception):  # noqa: N818 - an answer to the asker
    """A password may not be used; ``messages`` holds every reason, translated.

    ``field`` says which was wrong: ``new``, or ``current`` when that is not the present one.
    """

    def __init__(self, messages: Sequence[str], field: str = "new") -> None:
        super().__init__("a password was refused")
        self.messages = list(messages)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A new account with its first password, which is kept nowhere else; empty for none."""

    id: UUID
    login: str
    password: str = field(repr=False)


def create_account(
    actor: Actor,
    *,
    login: str,
    name: str,
    subject: UUID | None = None,
    roles: Iterable[tuple[str, UUID | None]] = (),
    until: date | None = None,
    reason: str = "",
    password: str | None = None,
    must_change: bool = True,
) -> NewAccount:
    """A new account. Made by the console it gets ``password``, or a random one to be changed.

    Anybody else's has none: whoever makes accounts would know it, and could act as the holder
    before the holder does. It opens by a one-time code, which takes a second person. Roles given
    by the console apply at once; given by anybody else they become requests that another person
    approves. Raises :class:`AccountProblem` and :class:`BadPassword`.
    """
    with recording(actor):
        require(actor, "accounts.manage")
        login, name = " ".join(login.split()), " ".join(name.split())
        _check_profile(login, name)
        trusted = actor.kind in {"console", "system"}
        chosen = (password or passwords.generate()) if trusted else None
        account = Account(
            id=uuid4(),
            login_token=profiles.login_token(login),
            subject=subject,
            must_change_password=must_change,
        )
        account.login, account.name = login, name
        if password is not None and trusted:
            validate(password, account)
        account.password = make_password(chosen)
        key = make_keys([account.id])[account.id]
        account.profile = profiles.seal_profile(key, Profile(login, name), account.profile_version)
        _insert(account)
        actor.trail.add(Event("account.create", subject=subject, object=str(account.id)))
        for role, unit in roles:
            wish = Wish(account=account.id, role=role, unit=unit, until=until)
            if trusted:
                apply_grant(actor, wish)
            else:
                open_request(actor, wish, reason=reason)
    return NewAccount(account.id, login, chosen or "")


def _check_profile(login: str, name: str) -> None:
    if not login or not name:
        raise AccountProblem(Message("账号名和姓名都要填写"))
    if len(login) > 60 or len(name) > 60:
        raise AccountProblem(Message("账号名和姓名最多 60 个字"))


def _insert(account: Account) -> None:
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        if "subject" in str(error.__cause__):
            raise AccountProblem(Message("这个人已有账号，一人一个账号")) from None
        raise AccountProblem(Message("账号名已被使用，请换一个")) from None


def change_password(actor: Actor, *, current: str | None, new: str) -> Account:
    """A new password for the actor's own account; other sessions of it end.

    ``current`` may be None only at the forced first change. Raises :class:`BadPassword`.
    """
    try:
        _check_current(actor.id, current)
    except BadPassword:
        actor.trail.add(Event("account.password", outcome="failed", object=str(actor.id)))
        raise
    with recording(actor):
        account = _locked_row(actor.id)
        profiles.fill_in([account])
        validate(new, account)
        check_not_recent(account, new)
        keep_old(account)
        account.password = make_password(new)
        account.must_change_password = False
        account.password_changed_at = timezone.now()
        account.save(update_fields=["password", "must_change_password", "password_changed_at"])
        actor.trail.add(Event("account.password", subject=account.subject, object=str(account.id)))
    return account


def _check_current(account_id: UUID, current: str | None) -> None:
    """Raises :class:`BadPassword` unless ``current`` is the password or none is needed now."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Absent
    if not account.must_change_password:
        check_own_password(account, current or "")


def check_own_password(account: Account, password: str) -> None:
    """Raises :class:`BadPassword` unless it is the account's; counts as a try to log in."""
    if not count_try(account):
        raise BadPassword([_("输错次数过多，15 分钟后再试")], "current")
    fits = check_password(password, account.password)
    verdict = elsewhere.judge(account, login="", password=password, fits=fits)
    if not verdict.right:
        wrong = say(verdict.message) if verdict.message else _("现在的密码不正确")
        raise BadPassword([wrong], "current")
    clear_tries(account)


def validate(password: str, account: Account) -> None:
    """Raises :class:`BadPassword` unless the account may have this password."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise BadPassword(error.messages) from None


def check_not_recent(account: Account, new: str) -> None:
    """Raises :class:`BadPassword` for the present password and as many as the policy remembers."""
    count = passwords.policy().remembered
    recent = account.old_passwords.order_by("-at")[: count - 1].values_list("password", flat=True)
    if any(check_password(new, old) for old in (account.password, *recent)):
        if count == 1:
            raise BadPassword([_("新密码和现在的一样，请换一个")])
        raise BadPassword([_("最近 {count} 次用过的密码不能再用").format(count=count)])


def keep_old(account: Account) -> None:
    """Remembers the present password among those that may not come back."""
    OldPassword.objects.create(account=account, password=account.password)
    keep = account.old_passwords.order_by("-at")[:REMEMBERED].values("pk")
    account.old_passwords.exclude(pk__in=keep).delete()


def reset_password(actor: Actor, *, account: UUID) -> NewAccount:
    """A new random password, to be changed at the next log-in; sessions and tokens end.

    For the console, which holds the root secret anyway. Anybody else asks for a one-time code
    (:mod:`dangan.access.actions.codes`), which takes a second person: whoever knows another's
    password could act in their name.
    """
    with recording(actor):
        require(actor, "accounts.manage")
        _not_own(actor, account, "account.reset")
        if actor.kind not in {"console", "system"}:
            raise refuse(actor, "account.reset", _("重置别人的密码要先申请，由另一个人同意"))
        row = _locked_row(account)
        chosen = passwords.generate()
        row.password = make_password(chosen)
        row.must_change_password = True
        row.generation += 1
        row.save(update_fields=["password", "must_change_password", "generation"])
        _end_tokens(row)
        clear_tries(row)
        profiles.fill_in([row])
        actor.trail.add(Event("account.reset", subject=row.subject, object=str(account)))
    return NewAccount(account, row.login, chosen)


def lock_account(actor: Actor, *, account: UUID) -> None:
    """Ends every session and token of the account and lets nobody log in with it."""
    _set_state(actor, account, AccountState.LOCKED, "account.close")


def unlock_account(actor: Actor, *, account: UUID) -> None:
    """Lets the account log in again, also after too many wrong passwords.

    Whoever locks an account does not open it: that is the security administrator's.
    """
    _set_state(actor, account, AccountState.ACTIVE, "account.open", "accounts.unlock")


def reopen_account(actor: Actor, *, account: UUID, reason: str) -> None:
    """The person has come back: the account may log in again after a reset, without old roles.

    Opening an account that has not ended changes nothing. Raises :class:`Refused`,
    :class:`Absent`, and :class:`AccountProblem` without a reason.
    """
    with recording(actor):
        require(actor, "accounts.manage")
        _not_own(actor, account, "account.reopen")
        if len(reason.strip()) < REASON_MIN:
            raise AccountProblem(Message("请写明恢复账号的事由，至少 {n} 个字", n=REASON_MIN))
        row = _locked_row(account)
        if row.state != AccountState.ENDED:
            return
        row.state = AccountState.ACTIVE
        row.must_change_password = True
        row.generation += 1
        row.set_unusable_password()
        row.save(update_fields=["state", "must_change_password", "generation", "password"])
        event = Event("account.reopen", subject=row.subject, object=str(row.id), reason=reason)
        actor.trail.add(event)


def _set_state(
    actor: Actor,
    account: UUID,
    state: AccountState,
    action: str,
    permission: str = "accounts.manage",
) -> None:
    with recording(actor):
        require(actor, permission)
        _not_own(actor, account, action)
        row = _locked_row(account)
        if row.state == state:
            clear_tries(row)
            return
        if row.state == AccountState.ENDED:
            raise AccountProblem(Message("这个人已离职，账号不能直接启用；再次入职时用“恢复账号”"))
        row.state = state
        row.generation += 1
        row.save(update_fields=["state", "generation"])
        _end_tokens(row)
        clear_tries(row)
        actor.trail.add(Event(action, subject=row.subject, object=str(account)))


def _end_tokens(account: Account) -> None:
    """A token somebody else may have made must not come back to life with the account."""
    Token.objects.filter(account=account).delete()


def _not_own(actor: Actor, account: UUID, action: str) -> None:
    if actor.id == account:
        raise refuse(actor, action, _("自己的账号由另一位管理员处理"))


def _locked_row(account: UUID) -> Account:
    """The account, locked until the transaction ends; raises :class:`Absent`."""
    row = Account.objects.select_for_update().filter(pk=account).first()
    if row is None:
        raise Absent
    return row
