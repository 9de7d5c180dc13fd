"""Time-based one-time codes (RFC 6238, with the six digits and thirty seconds of every app)."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP = 30
"""Seconds a code is meant for."""

SLACK = 1
"""Steps by which a telephone's clock may differ, on either side."""


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 asks for."""
    return pyotp.random_base32(32)


def matching_step(secret: str, code: str, now: datetime, last: int) -> int | None:
    """The time step whose code this is, later than ``last``; None for a wrong or a used code.

    A code is good once: whoever looks over a shoulder cannot use it again (RFC 6238 § 5.2).
    """
    plain = "".join(code.split())
    present = int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    found = None
    for step in range(present - SLACK, present + SLACK + 1):
        # Every step is looked at, so that the time taken tells nothing.
        right = hmac.compare_digest(made.generate_otp(step).encode(), plain.encode())
        if right and step > last:
            found = step
    return found


def address(secret: str, account: str, issuer: str) -> str:
    """What an authenticator app reads from the picture (``otpauth://``)."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
