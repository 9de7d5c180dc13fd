"""The way to the provider and back (authorization code with PKCE)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings

from dangan.access.actions import forgive, throttle
from dangan.access.factors.queries import enrolment
from dangan.access.federation import provider, queries, rules
from dangan.access.federation.actions.linking import NoAccount, account_for, note_visit
from dangan.access.federation.provider import Unreachable
from dangan.access.federation.rules import Expected, Flow, Identity, Purpose, Untrusted
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message

FLOWS = "oidc"
"""Where the session keeps its flows: random values, an address within the site, a time."""
FLOWS_AT_MOST = 5
RETURNS = 60
"""Returns from one address within a quarter of an hour that come to nothing; each makes us ask
the provider."""

_DOWN = Message(
    "企业账号服务暂时连不上，没有登录，资料没有变化。稍后再试；管理员可以用本系统的密码登录"
)
_WORDS = {
    "state": Message("这次登录已过期或已用过，没有登录。请从登录页重新开始"),
    "denied": Message("你在企业账号那边取消了登录，没有登录"),
    "code": Message("企业账号服务不认这次登录（可能已用过），没有登录。请从登录页重新开始"),
    "clock": Message("本系统与企业账号服务的时钟相差太多，没有登录。请联系管理员校准服务器时间"),
    "expired": Message("本系统与企业账号服务的时钟相差太多，没有登录。请联系管理员校准服务器时间"),
}
_UNBELIEVED = Message(
    "企业账号服务的答复没有通过检查，没有登录，资料没有变化。请重新登录；再次出现时联系管理员"
)

SOMEBODY_ELSE = Message("企业账号那边登录的是另一个人，没有确认。请用自己的企业账号再试")
OWN_FACTOR = Message("你设置了两步验证，请用它确认")


class Stopped(Exception):  # noqa: N818 - an answer to the person
    """The way ended before the door; ``message`` says why, ``status`` is that of the page."""

    def __init__(self, message: Message, status: int = 403) -> None:
        super().__init__(message.text)
        self.message, self.status = message, status


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody has come back as they should: with an account to sign in, or as a counterpart to
    be linked (``identity``)."""

    purpose: Purpose
    target: str
    identity: Identity = field(repr=False)
    account: Account | None = None


def start(session: MutableMapping[str, Any], *, target: str, purpose: Purpose) -> str:
    """The provider's address to go to; ``target`` is where to go after, within the site.

    Raises :class:`Stopped` when the provider does not answer.
    """
    if not queries.by_provider():
        raise Absent
    flow = Flow(
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        target=target,
        purpose=purpose,
        at=int(time.time()),
    )
    state = secrets.token_urlsafe(32)
    try:
        there = provider.way_there(provider.current(), state, flow, again=purpose != "sign-in")
    except (Unreachable, Untrusted):
        raise Stopped(_DOWN, 503) from None
    kept: dict[str, Any] = dict(list(session.get(FLOWS, {}).items())[-FLOWS_AT_MOST + 1 :])
    session[FLOWS] = kept | {state: asdict(flow)}
    return there


def finish(
    actor: Actor, session: MutableMapping[str, Any], parameters: Mapping[str, str]
) -> Arrived:
    """Takes the provider's answer. The flow is used up whatever comes of it.

    The caller starts the session, after the second step where there is one. Raises
    :class:`Stopped`.
    """
    flow = _flow(session, parameters.get("state", ""))
    try:
        if flow is None:
            raise Untrusted("state")
        identity = _identity(actor, flow, parameters)
        if flow.purpose == "link":
            return Arrived("link", flow.target, identity)
        names = (identity.name,) if identity.name else ()
        account = account_for(actor, "oidc", ident=identity.sub, names=names)
    except NoAccount as refused:
        _failed(actor, refused.why, refused.account)
        raise Stopped(refused.message) from None
    except Untrusted as error:
        _failed(actor, error.why)
        raise Stopped(_WORDS.get(error.why, _UNBELIEVED)) from None
    except Unreachable:
        _failed(actor, "unreachable")
        raise Stopped(_DOWN, 503) from None
    note_visit(account, identity.sid)
    return Arrived(flow.purpose, flow.target, identity, account)


def _flow(session: MutableMapping[str, Any], state: str) -> Flow | None:
    """The flow of ``state`` in this very session, taken out of it: it is good once."""
    kept: dict[str, Any] = dict(session.get(FLOWS, {}))
    found = kept.pop(state, None)
    if found is None:
        return None
    session[FLOWS] = kept
    return Flow(**found)


def _identity(actor: Actor, flow: Flow, parameters: Mapping[str, str]) -> Identity:
    """Who is there. Raises :class:`Untrusted`, :class:`Unreachable` and :class:`Stopped`."""
    waiting = throttle("oidcip", actor.address, tries=RETURNS)
    if waiting is not None:
        raise Stopped(waiting, 429)
    now = int(time.time())
    there = provider.current()
    code = rules.check_return(parameters, flow, there, now)
    tokens = provider.change(there, code, flow)
    settled = settings.DANGAN
    expected = Expected(
        issuer=settled.oidc_issuer,
        client=settled.oidc_client_id,
        nonce=flow.nonce,
        access_token=tokens.access_token,
        logged_in_since=None if flow.purpose == "sign-in" else flow.at,
    )
    sub = rules.check_token(tokens.claims, tokens.header, expected, int(time.time()))
    claims: dict[str, Any] = dict(tokens.claims)
    if settled.oidc_claim not in claims:
        claims = {**provider.more_claims(there, tokens, sub), **claims}
    forgive("oidcip", actor.address)  # a whole office comes from one address
    return rules.identity_from(
        sub, claims, claim=settled.oidc_claim, second_factor=settled.oidc_second_factor
    )


def _failed(actor: Actor, why: str, account: Account | None = None) -> None:
    event = Event(
        "login.failed",
        outcome="failed",
        subject=account.subject if account else None,
        object=str(account.id) if account else "",
        facts={"by": "oidc", "why": why},
    )
    actor.trail.add(event)


def confirm(actor: Actor, arrived: Arrived) -> str:
    """The actor has proved once more at the provider who they are; says how much that is worth:
    ``provider`` (with a second factor there) or ``federated``.

    Raises :class:`Stopped` for somebody else, and where a factor of one's own is worth more.
    """
    account = arrived.account
    how = "provider" if arrived.identity.second_factor else "federated"
    enough = how == "provider" or not enrolment(actor.id).any
    fault = SOMEBODY_ELSE if account is None or account.pk != actor.id else OWN_FACTOR
    right = fault is OWN_FACTOR and enough
    event = Event(
        "second_factor.prove",
        outcome="done" if right else "failed",
        object=str(actor.id),
        facts={"how": how},
    )
    actor.trail.add(event)
    if not right:
        raise Stopped(fault)
    return how
