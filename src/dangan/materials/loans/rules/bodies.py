"""What a loan's request says, as it is sealed."""

from __future__ import annotations

import msgspec


class Outside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A borrower from another organisation: particulars as on the letter of introduction."""

    name: str
    organisation: str
    document: str = ""
    """Which paper they showed, and its number."""
    letter: str = ""
    """The number of the letter 介绍信."""


class RequestBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why, who from outside, how to reach them; grows with what is said later."""

    reason: str
    contact: str = ""
    outside: Outside | None = None
    extension: str = ""
    """Why a longer term was asked for."""
    loss: str = ""
    """What is known of a loss."""


def encode(body: RequestBody) -> bytes:
    return msgspec.json.encode(body)


def decode(data: bytes) -> RequestBody:
    return msgspec.json.decode(data, type=RequestBody)
