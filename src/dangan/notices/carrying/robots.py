"""Robots: their sealed address and secret, and one message to one of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import msgspec
from django.conf import settings

from dangan.dictionary.rules import Message
from dangan.notices.rules import robots as rules
from dangan.notices.rules.outbox import Trouble
from dangan.vault.queries import key_of
from dangan.vault.rules import SYSTEM, Place, VaultError, seal, unseal

TIMEOUT = 10.0
ANSWER_AT_MOST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """What lets somebody speak through a robot. Neither part is ever shown again."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


def seal_access(robot: UUID, version: int, access: Access) -> bytes:
    """Address and secret under the system's key."""
    body = msgspec.json.encode({"url": access.url, "secret": access.secret})
    return seal(key_of(SYSTEM), Place("robot", SYSTEM, "access", robot, version), body)


def open_access(robot: UUID, version: int, sealed: bytes | memoryview) -> Access:
    """What :func:`seal_access` sealed; raises :class:`Trouble`."""
    try:
        place = Place("robot", SYSTEM, "access", robot, version)
        body = msgspec.json.decode(unseal(key_of(SYSTEM), place, bytes(sealed)))
    except VaultError:
        raise Trouble("sealed") from None
    return Access(body["url"], body["secret"])


def check_address(kind: str, url: str) -> None:
    """Raises :class:`~dangan.notices.rules.robots.BadAddress`."""
    try:
        found = httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise rules.BadAddress(Message("地址不完整，请从群设置里完整复制")) from None
    parts = rules.Parts(
        found.scheme, found.host.lower(), found.port, found.path, found.userinfo.decode()
    )
    rules.check_address(kind, parts, frozenset(settings.DANGAN.allow_robot_hosts))


def send(kind: str, access: Access, title: str, text: str, link: str) -> None:
    """One message; raises :class:`Trouble` unless the service took it.

    The address is checked again, since the allow-list may have changed; redirects are not
    followed, so that an allowed host cannot send us elsewhere.
    """
    try:
        check_address(kind, access.url)
    except rules.BadAddress:
        raise Trouble("bad_address") from None
    made = rules.call(kind, title, text, link, secret=access.secret, now=time.time())
    own_gateway = httpx.URL(access.url).host not in rules.SERVICES[kind].hosts
    try:
        with (
            httpx.Client(timeout=TIMEOUT, trust_env=not own_gateway) as client,
            client.stream(
                "POST",
                httpx.URL(access.url).copy_merge_params(dict(made.params)),
                json=made.body,
            ) as response,
        ):
            status, body = response.status_code, _read(response)
    except httpx.TimeoutException:
        raise Trouble("timeout") from None
    except httpx.HTTPError:
        raise Trouble("unreachable") from None
    rules.outcome(kind, status, body)


def _read(response: httpx.Response) -> object:
    """The answer as JSON, None when it is something else or far too long."""
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > ANSWER_AT_MOST:
            return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
