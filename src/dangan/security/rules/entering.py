"""Guessed passwords, probing, hollow reasons. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from dangan.security.rules.deeds import HOUR, Deed, Known, by_actor, peak
from dangan.security.rules.reading import Rule
from dangan.security.rules.stories import Suspicion

GUESSES = 5
SPRAYED = 5
SPRAYED_FROM_MANY = 15
TRIES_OF_ADDRESS = 40
REFUSED = 20
REFUSED_PEOPLE = 8
TEN_MINUTES = timedelta(minutes=10)
SAME_REASON = 10


def guessing(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:  # noqa: ARG001 - a rule
    """One account's password tried again and again within an hour."""
    tries: dict[str, list[Deed]] = defaultdict(list)
    for deed in _failed(deeds):
        if deed.object:
            tries[deed.object].append(deed)
    for account, failed in tries.items():
        found = peak(failed, HOUR, id)
        if found.at and found.count >= GUESSES and _is_uuid(account):
            yield Suspicion(
                kind="guessing",
                story=f"{account} {found.at.date()}",
                at=found.at,
                measure=found.count,
                account=UUID(account),
                address=failed[-1].address,
                facts={"tries": found.count, "addresses": len({deed.address for deed in failed})},
            )


def spray(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:  # noqa: ARG001 - a rule
    """Many accounts' passwords tried from one address, or from many at once.

    Whoever got in within the hour from the same address had only mistyped.
    """
    entered = {(deed.object, deed.address) for deed in deeds if deed.action == "login.done"}
    failed = [deed for deed in _failed(deeds) if (deed.object, deed.address) not in entered]
    places: dict[str, list[Deed]] = defaultdict(list)
    for deed in failed:
        places[deed.address].append(deed)
    for address, own in places.items():
        accounts = peak([deed for deed in own if deed.object], HOUR, lambda deed: deed.object)
        tries = peak(own, HOUR, id)
        if tries.at and (accounts.count >= SPRAYED or tries.count >= TRIES_OF_ADDRESS):
            yield _sprayed(
                f"{address} {tries.at.date()}", tries.at, accounts.count, tries.count, address
            )
    everywhere = peak([deed for deed in failed if deed.object], HOUR, lambda deed: deed.object)
    if everywhere.at and everywhere.count >= SPRAYED_FROM_MANY and len(places) > 1:
        yield _sprayed(
            f"many {everywhere.at.date()}", everywhere.at, everywhere.count, len(failed), ""
        )


def _sprayed(story: str, at: datetime, accounts: int, tries: int, address: str) -> Suspicion:
    return Suspicion(
        kind="spray",
        story=story,
        at=at,
        measure=max(accounts, tries),
        address=address,
        facts={"accounts": accounts, "tries": tries},
    )


def _failed(deeds: Sequence[Deed]) -> list[Deed]:
    return [deed for deed in deeds if deed.action == "login.failed"]


def refused(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:  # noqa: ARG001 - a rule
    """Refused again and again: somebody tries doors, or addresses of people."""
    turned = [
        deed
        for deed in deeds
        if deed.outcome == "refused" and deed.action not in {"budget.stop", "login.failed"}
    ]
    for actor, own in by_actor(turned).items():
        if actor.int == 0:
            continue  # nobody is signed in: the web server's business
        burst = peak(own, TEN_MINUTES, id)
        persons = peak([deed for deed in own if deed.subject], HOUR, lambda deed: deed.subject)
        if burst.at and (burst.count >= REFUSED or persons.count >= REFUSED_PEOPLE):
            yield Suspicion(
                kind="refused",
                story=f"{actor} {burst.at.date()}",
                at=burst.at,
                measure=max(burst.count, persons.count),
                account=actor,
                address=own[-1].address,
                facts={"times": burst.count, "people": persons.count},
            )


def budget(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:  # noqa: ARG001 - a rule
    """Stopped by the budget."""
    stopped = [deed for deed in deeds if deed.action == "budget.stop"]
    for actor, own in by_actor(stopped).items():
        yield Suspicion(
            kind="budget",
            story=f"{actor} {own[-1].at.date()}",
            at=own[-1].at,
            measure=len(own),
            account=actor,
            address=own[-1].address,
            facts={"times": len(own), "limit": own[-1].object},
        )


_KEYBOARD = re.compile(r"(.)\1{2,}|qwe|asd|zxc|123|abc", re.IGNORECASE)
_EMPTY_WORDS = frozenset(
    {
        "测试", "工作需要", "业务需要", "需要查看", "看一下", "看看", "查看一下", "了解一下",
        "其他原因", "没有原因", "随便看看", "无", "核实", "核对", "查看", "工作", "需要", "有用",
        "备用", "不知道", "你猜", "好奇", "test", "none",
    }
)  # fmt: skip
_MARKS = re.compile(r"[\W_]+")


def hollow(reason: str) -> bool:
    """Whether a reason says nothing: empty words, one character again and again, keyboard rows.

    It is a person's turn to judge; this only says which reasons they should read.
    """
    told = _MARKS.sub("", reason.partition("：")[2] or reason)
    if len(told) < 4 or told.lower() in _EMPTY_WORDS:
        return True
    if len(set(told)) <= 2:
        return True
    runs = sum(len(match.group()) for match in _KEYBOARD.finditer(told))
    return runs * 2 >= len(told)


def reasons(
    reveals: Mapping[UUID, Sequence[tuple[datetime, UUID, str]]],
) -> Iterator[Suspicion]:
    """Lifted masks by account (when, whose, why): hollow reasons, or one reason for very many."""
    for actor, told in reveals.items():
        empty = [when for when, _subject, reason in told if hollow(reason)]
        whose: dict[str, set[UUID]] = defaultdict(set)
        for _when, subject, reason in told:
            whose[reason].add(subject)
        same = max((len(people) for people in whose.values()), default=0)
        if not empty and same < SAME_REASON:
            continue
        last = empty[-1] if empty else told[-1][0]
        yield Suspicion(
            kind="reveal",
            story=f"{actor} {last.date()}",
            at=last,
            measure=max(len(empty), same if same >= SAME_REASON else 0),
            account=actor,
            facts={"hollow": len(empty), "same": same},
        )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


RULES: tuple[Rule, ...] = (guessing, spray, refused, budget)
