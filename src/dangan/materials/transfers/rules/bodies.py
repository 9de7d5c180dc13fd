"""What slips, packets and lists say, as it is sealed."""

from __future__ import annotations

from typing import TypeVar

import msgspec


class Carrier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who carries the packet: one of ours (``subject``) or somebody named with their paper."""

    name: str
    document: str = ""
    subject: str = ""


class SlipBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A slip 转递单: to whom, why, by whom; grows with what comes of it."""

    receiver: str
    reason: str
    carriers: tuple[Carrier, ...] = ()
    courier: str = ""
    """The courier's number of the packet 机要号."""
    remark: str = ""
    signer: str = ""
    """Who signed the 回执."""
    defects: tuple[str, ...] = ()
    """What the receiver found wrong."""


class LineBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's line of a slip, as it was that day."""

    name: str
    post: str = ""
    """单位及职务"""
    reason: str = ""


class ArrivalBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A packet that came."""

    sender: str
    slip: str = ""
    """Their 字第号; empty when no slip was in it."""
    sent_on: str = ""
    carriers: str = ""
    sealed: bool = True
    """Whether the packet was sealed."""
    remark: str = ""
    decision: str = ""
    """Why it was taken in with differences, or sent back."""


class ArrivalPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's line of the sender's slip, and what is wrong with the file."""

    name: str
    post: str = ""
    reason: str = ""
    defects: tuple[str, ...] = ()


Body = TypeVar("Body", SlipBody, LineBody, ArrivalBody, ArrivalPerson)


def encode(body: SlipBody | LineBody | ArrivalBody | ArrivalPerson) -> bytes:
    return msgspec.json.encode(body)


def decode(data: bytes, kind: type[Body]) -> Body:
    return msgspec.json.decode(data, type=kind)
