"""From somebody at the provider or in the directory to an account here, and the links between.

No account is ever made by signing in, and an account that is shut stays shut, whatever a provider
says. Whoever has signed in once is known by the identifier that never passes to another person;
the name only counts the first time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import profiles
from dangan.access.federation import queries
from dangan.access.federation.models import Link, Visit
from dangan.access.federation.rules import same_name
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message

Kind = Literal["oidc", "ldap"]
VISIT_LASTS = timedelta(hours=12)

STRANGER = Message("企业账号没有问题，但本系统没有与它对应的账号，没有登录。请联系管理员开账号")
SHUT = Message("账号已停用，资料没有变化。请联系管理员")
ANOTHER = Message(
    "这个账号已与另一个企业账号关联，没有登录。换过企业账号时，请联系管理员解除原来的关联"
)
UNLINKED = Message(
    "企业账号还没有关联。先用本系统的密码登录，在“企业账号”页关联一次，以后就能这样登录"
)
ADMINISTRATOR = {
    "oidc": Message("管理员账号要先用本系统的密码登录，在“企业账号”页关联，然后才能这样登录"),
    "ldap": Message("管理员账号用本系统的密码登录，不用企业目录的密码"),
}


class NoAccount(Exception):  # noqa: N818 - an answer to the person
    """Nobody is let in; ``message`` says why, ``why`` is the word for the log."""

    def __init__(self, why: str, message: Message, account: Account | None = None) -> None:
        super().__init__(why)
        self.why, self.message, self.account = why, message, account


def account_for(actor: Actor, kind: Kind, *, ident: str, names: tuple[str, ...]) -> Account:
    """The account of whoever is ``ident`` there; raises :class:`NoAccount`.

    ``names``: the log-in names that count for finding the account the first time.
    """
    known = Link.objects.select_related("account").filter(token=queries.token(kind, ident)).first()
    account = known.account if known else _by_name(kind, names)
    if not account.is_active:
        raise NoAccount("shut", SHUT, account)
    if known is None:
        _may_link_by_name(kind, account)
        with recording(actor):
            _insert(actor, account, kind, queries.token(kind, ident))
    else:
        Link.objects.filter(pk=known.pk).update(used_at=timezone.now())
    _needs_no_password(account)
    return account


def _by_name(kind: Kind, names: tuple[str, ...]) -> Account:
    if kind == "oidc" and settings.DANGAN.oidc_claim == "sub":
        raise NoAccount("unlinked", UNLINKED)
    for name in names:
        account = Account.objects.filter(login_token=profiles.login_token(name)).first()
        if account is None:
            continue
        profiles.fill_in([account])
        if same_name(account.login, name):
            return account
    raise NoAccount("stranger", STRANGER)


def _may_link_by_name(kind: Kind, account: Account) -> None:
    """The first time under this name: nobody else has come under it, and it gives no power over
    others' rights. Raises :class:`NoAccount`."""
    if Link.objects.filter(account=account, source=queries.source(kind)).exists():
        raise NoAccount("another", ANOTHER, account)
    if settings.DANGAN.local_passwords != "none" and queries.administrator(account):
        raise NoAccount("administrator", ADMINISTRATOR[kind], account)


def _insert(actor: Actor, account: Account, kind: Kind, token: int) -> None:
    try:
        with transaction.atomic():
            made = Link.objects.create(
                account=account,
                kind=kind,
                source=queries.source(kind),
                token=token,
                used_at=timezone.now(),
            )
    except IntegrityError:
        raise NoAccount("another", ANOTHER, account) from None
    facts = {"link": str(made.id), "kind": kind}
    actor.trail.add(
        Event("federation.link", subject=account.subject, object=str(account.id), facts=facts)
    )


def _needs_no_password(account: Account) -> None:
    """Whoever signs in there need not choose a password here.

    A first password that somebody handed out is shut with it. Administrators keep theirs.
    """
    if account.must_change_password and not queries.administrator(account):
        account.set_unusable_password()
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])


def link(actor: Actor, *, token: int) -> None:
    """Links the actor's own account with whom the provider has just named, by keyed token.

    Raises :class:`NoAccount` when that one belongs to another account, or this has another.
    """
    account = Account.objects.filter(pk=actor.id).first() if actor.kind == "account" else None
    if account is None:
        raise Absent
    if Link.objects.filter(token=token, account=account).exists():
        return
    with recording(actor):
        _insert(actor, account, "oidc", token)


def unlink(actor: Actor, *, link: UUID) -> UUID:
    """Takes a link away: one's own, or any by whoever manages accounts. Sessions go on.

    Whoever could then sign in no more is told so by the page before.
    """
    with recording(actor):
        row = Link.objects.select_for_update().filter(pk=link).first()
        if row is None:
            raise Absent
        if row.account_id != actor.id and not actor.may("accounts.manage"):
            raise Absent
        if row.account_id == actor.id and not queries.local_counts(row.account):
            raise refuse(actor, "federation.unlink", _("解除后你就不能登录了，请让管理员处理"))
        row.delete()
        facts = {"link": str(link), "kind": row.kind}
        actor.trail.add(
            Event(
                "federation.unlink",
                subject=row.account.subject,
                object=str(row.account_id),
                facts=facts,
            )
        )
        return row.account_id


def note_visit(account: Account, sid: str) -> None:
    """Remembers under which session of the provider somebody came, while sessions last."""
    now = timezone.now()
    Visit.objects.filter(at__lt=now - VISIT_LASTS).delete()
    if sid:
        Visit.objects.update_or_create(
            token=queries.token("oidc", f"sid|{sid}"), defaults={"account": account, "at": now}
        )
