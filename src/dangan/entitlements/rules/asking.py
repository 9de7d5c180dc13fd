"""What may be asked for, for how long, and how a one-time code is shared by two."""

from __future__ import annotations

from datetime import date

from dangan.dictionary.rules import Message

LONGEST_DAYS = 90
"""A temporary grant at most, unless the installation says less."""
HOURS = (4, 8, 24, 72)
"""How long leave to look may be asked for, in hours."""
SHORTEST_REASON, LONGEST_REASON = 4, 300
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Letters and figures that are not mistaken for each other when read out."""
HALF = 8
"""Characters of each half of a code: 30^8, some 39 bits, for whoever holds the other half."""


class BadWish(Exception):  # noqa: N818 - an answer to the asker
    """It cannot be asked for so; ``message`` says what is wrong and what to do."""

    def __init__(self, message: Message, field: str = "") -> None:
        super().__init__(message.text)
        self.message = message
        self.field = field


def checked_reason(text: str, field: str = "reason") -> str:
    """The reason on one line; raises :class:`BadWish`."""
    words = " ".join(text.split())
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise BadWish(
            Message("写明理由，{least} 至 {most} 个字", least=SHORTEST_REASON, most=LONGEST_REASON),
            field,
        )
    return words


def checked_period(begins: date, until: date, today: date, longest: int = LONGEST_DAYS) -> int:
    """The days from ``begins`` to ``until``, both counted; raises :class:`BadWish`."""
    if begins < today:
        raise BadWish(Message("开始日期不能早于今天"), "begins")
    if until < begins:
        raise BadWish(Message("截止日期不能早于开始日期"), "until")
    days = (until - begins).days + 1
    if days > longest:
        raise BadWish(
            Message(
                "临时授权最长 {most} 天，现在选了 {days} 天；长期需要请另行申请角色",
                most=longest,
                days=days,
            ),
            "until",
        )
    return days


def checked_hours(hours: int) -> int:
    """One of the periods offered; raises :class:`BadWish`."""
    if hours not in HOURS:
        raise BadWish(Message("查看时长只能选列出的几种"), "hours")
    return hours


def halves_of(code: str) -> tuple[str, str]:
    """The two halves of a code, each useless alone."""
    return code[:HALF], code[HALF:]
