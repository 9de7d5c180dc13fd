# ruff: noqa: PLR0917 - the parts of a month
"""A month of three hundred people's ordinary work, and attacks planted in it. Pure: a seed in,
deeds out; the rules are asked as the job asks them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from dangan.security.rules import entering, reading
from dangan.security.rules.deeds import DAY, Deed, Habit, Known
from dangan.security.rules.stories import Standing, Suspicion, verdict
from dangan.security.watching import habits_from

PEOPLE = 300
START = date(2026, 9, 1)
OPENS = frozenset({"dossier.read", "field.reveal", "history.read"})


@dataclass
class Month:
    """What happened: deeds in order, between whom there was work, what was planted."""

    deeds: list[Deed] = field(default_factory=list)
    worked: set[tuple[UUID, UUID]] = field(default_factory=set)
    reveals: list[tuple[datetime, UUID, UUID, str]] = field(default_factory=list)
    planted: list[tuple[str, str, datetime]] = field(default_factory=list)
    """Name of the attack, the kind of alarm it must raise, when it began."""
    person_of: dict[UUID, UUID] = field(default_factory=dict)
    unit_of: dict[UUID, UUID | None] = field(default_factory=dict)
    superiors: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    budgets: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    departed: frozenset[UUID] = frozenset()
    keepers: frozenset[UUID] = frozenset()


def person(number: int) -> UUID:
    return UUID(int=1000 + number)


def account(number: int) -> UUID:
    return UUID(int=500_000 + number)


def working(day: date) -> bool:
    return day.weekday() < 5


def _at(chance: Random, day: date, first: float = 8.6, last: float = 18.2) -> datetime:
    hours = chance.uniform(first, last)
    return datetime.combine(day, time()) + timedelta(hours=hours)


def month(seed: int, *, attacks: bool, days: int = 30) -> Month:
    """Eight of HR, twenty heads, two archivists, six of finance at work; all others sign in."""
    chance, found = Random(seed), Month()  # noqa: S311 - a test's own chance
    for number in range(PEOPLE):
        found.person_of[account(number)] = person(number)
        found.unit_of[person(number)] = UUID(int=number % 20 + 1)
    hr, heads = range(8), range(20, 40)
    archive, finance = range(40, 42), range(42, 48)
    for number in hr:
        found.unit_of[person(number)] = UUID(int=99)
    head_of = {UUID(int=number % 20 + 1): person(number) for number in heads}
    head_of[UUID(int=99)] = person(7)
    for number in range(PEOPLE):
        head = head_of[found.unit_of[person(number)]]  # type: ignore[index]  # everybody has one
        found.superiors[person(number)] = frozenset({head} - {person(number)})
    found.departed = frozenset(person(number) for number in range(280, 300))
    found.keepers = frozenset(account(number) for number in (7, *archive))
    for numbers, budget in ((hr, (60, 300)), (heads, (30, 120)), (archive, (60, 300)),
                            (finance, (40, 200))):  # fmt: skip
        found.budgets |= {account(number): budget for number in numbers}
    for offset in range(days):
        day = START + timedelta(days=offset)
        if working(day):
            _ordinary_day(found, chance, day, hr, heads, archive, finance)
        elif chance.random() < 0.3:  # somebody comes in on a Saturday for one thing
            _opens(found, account(chance.choice(hr)), person(chance.randrange(48, 280)),
                   _at(chance, day), chance, works=0.8)  # fmt: skip
    if attacks:
        _attacks(found, chance)
    found.deeds.sort(key=lambda deed: deed.at)
    return found


def _opens(found: Month, who: UUID, whom: UUID, at: datetime, chance: Random, works: float) -> None:
    found.deeds.append(Deed(at, who, "dossier.read", "done", whom, address="10.0.0.9"))
    if chance.random() < works:
        found.worked.add((who, whom))


def _ordinary_day(
    found: Month, chance: Random, day: date, hr: range, heads: range, archive: range, finance: range
) -> None:
    busy = chance.random() < 0.08  # a round of renewals or assessments
    for number in hr:
        for _ in range(chance.randrange(25, 55) if busy else chance.randrange(5, 22)):
            whom = person(chance.randrange(0, 282))
            late = chance.random() < 0.004
            at = _at(chance, day, 20.6, 21.5) if late else _at(chance, day)
            _opens(found, account(number), whom, at, chance, works=0.75)
            if chance.random() < 0.12:
                why = chance.choice(("合同续签：核对地址", "报税：核对证件", "社保：核对手机"))
                found.reveals.append((at, account(number), whom, why))
    for number in heads:
        for _ in range(chance.choice((0, 0, 1, 2, 4))):
            whom = person(48 + (number % 20 + 1 - 48 - 1) % 20 + 20 * chance.randrange(11))
            _opens(found, account(number), whom, _at(chance, day), chance, works=0.4)
    for number in (*archive, *finance):
        for _ in range(chance.randrange(3, 14)):
            whom = person(chance.randrange(48, 290 if number in archive else 280))
            _opens(found, account(number), whom, _at(chance, day), chance, works=0.6)
    for number in range(PEOPLE):
        at = _at(chance, day, 8.2, 9.4)
        address = f"10.0.{number // 250}.{number % 250}"
        if chance.random() < 0.04:
            found.deeds.append(_failed(number, at, address))
        signed = at + timedelta(seconds=40)
        found.deeds.append(Deed(signed, account(number), "login.done", "done",
                                object=str(account(number)), address=address))  # fmt: skip
    for _ in range(chance.randrange(3)):
        found.deeds.append(Deed(_at(chance, day), account(chance.randrange(PEOPLE)),
                                "access.refuse", "refused"))  # fmt: skip


def _failed(number: int, at: datetime, address: str) -> Deed:
    return Deed(at, UUID(int=0), "login.failed", "failed", object=str(account(number)),
                address=address)  # fmt: skip


def _attacks(found: Month, chance: Random) -> None:
    """Ten attacks, each on a day of its own in the second half of the month."""

    def at(day: int, hour: float) -> datetime:
        return datetime.combine(START + timedelta(days=day), time()) + timedelta(hours=hour)

    def reads(who: int, whom: list[int], begin: datetime, minutes: float) -> None:
        for number, one in enumerate(whom):
            when = begin + timedelta(minutes=minutes * number)
            found.worked.discard((account(who), person(one)))
            found.deeds.append(Deed(when, account(who), "dossier.read", "done", person(one),
                                    address="10.0.0.66"))  # fmt: skip

    everybody = chance.sample(range(48, 280), 230)
    plan = [
        ("bulk", "bulk", at(15, 10), lambda b: reads(1, everybody[:58], b, 0.8)),
        ("slow", "slow", at(16, 8.5), lambda b: reads(2, everybody[:200], b, 3)),
        ("night", "hours", at(17, 23), lambda b: reads(3, everybody[:6], b, 2)),
        ("weekend", "hours", at(18, 11), lambda b: reads(42, everybody[:5], b, 9)),
        ("superior", "superior", at(20, 10), lambda b: reads(4, [7], b, 1)),
        ("colleagues", "colleagues", at(21, 10), lambda b: reads(5, [0, 1, 2, 3, 4], b, 5)),
        ("departed", "departed", at(22, 10), lambda b: reads(43, [284, 285, 286, 287, 288], b, 7)),
    ]
    for name, kind, begin, do in plan:
        do(begin)
        found.planted.append((name, kind, begin))
    begin = at(23, 9)
    for number in range(8):
        reads(
            number if number < 6 else 34 + number, [200], begin + timedelta(minutes=40 * number), 1
        )
    found.planted.append(("crowd", "crowd", begin))
    begin = at(24, 13)
    for number in range(60, 75):
        found.deeds.append(_failed(number, begin + timedelta(minutes=number - 60), "203.0.113.5"))
    found.planted.append(("spray", "spray", begin))
    begin = at(27, 14)
    found.deeds += [Deed(begin + timedelta(seconds=20 * n), account(90), "access.refuse", "refused")
                    for n in range(30)]  # fmt: skip
    found.planted.append(("probing", "refused", begin))
    begin = at(28, 15)
    found.deeds.append(Deed(begin, account(6), "field.reveal", "done", person(100)))
    found.reveals.append((begin, account(6), person(100), "其他：1111"))
    found.planted.append(("hollow", "reveal", begin))


@dataclass
class Outcome:
    """What was raised: kind, when told, of when."""

    raised: list[tuple[str, datetime, Suspicion]] = field(default_factory=list)


def watch(found: Month, *, step: timedelta = timedelta(minutes=5)) -> Outcome:
    """Asks the rules every ``step`` in which something was done, with stories told once."""
    outcome, stories = Outcome(), {}
    days: dict[date, list[Deed]] = defaultdict(list)
    for deed in found.deeds:
        days[deed.at.date()].append(deed)
    rows: list[tuple[UUID, date, time, datetime, UUID]] = []
    before: list[Deed] = []
    for day in sorted(days):
        habits = habits_from(rows, working)
        known = _known(found, rows, habits, day)
        for now, fresh, window in _slices(before, days[day], step):
            for one in _ask(found, known, fresh, window, now):
                key = (one.kind, one.story)
                last = stories.get(key)
                said = verdict(one, last)
                if said == "new":
                    outcome.raised.append((one.kind, now, one))
                stories[key] = Standing(closed=False, measure=one.measure, last_at=one.at)
        before = days[day]
        rows += [
            (deed.actor, day, deed.at.time(), deed.at.replace(minute=0, second=0, microsecond=0),
             deed.subject)
            for deed in days[day]
            if deed.action in OPENS and deed.subject
        ]  # fmt: skip
    return outcome


def _known(
    found: Month, rows: list[tuple[UUID, date, time, datetime, UUID]],
    habits: dict[UUID, Habit], day: date,
) -> Known:  # fmt: skip
    week: dict[UUID, set[UUID]] = defaultdict(set)
    for who, when, _time, _hour, whom in rows:
        if day - when < timedelta(days=7):
            week[who].add(whom)
    return Known(
        now=datetime.combine(day, time(23)), working=working, opens=OPENS,
        person_of=found.person_of, unit_of=found.unit_of, superiors=found.superiors,
        departed=found.departed, worked=frozenset(found.worked), habits=habits,
        budgets=found.budgets, week={who: len(whom) for who, whom in week.items()},
        keepers=found.keepers,
    )  # fmt: skip


def _slices(
    before: list[Deed], today: list[Deed], step: timedelta
) -> Iterator[tuple[datetime, list[Deed], list[Deed]]]:
    """Each step in which something was done: when it is looked at, what is new, the last day."""
    window, at = [*before], 0
    while at < len(today):
        minutes = today[at].at - datetime.combine(today[at].at.date(), time())
        now = datetime.combine(today[at].at.date(), time()) + (minutes // step + 1) * step
        fresh = []
        while at < len(today) and today[at].at < now:
            fresh.append(today[at])
            at += 1
        window += fresh
        yield now, fresh, [deed for deed in window if now - deed.at <= DAY]


def _ask(
    found: Month, known: Known, fresh: list[Deed], window: list[Deed], now: datetime
) -> Iterator[Suspicion]:
    actors = {deed.actor for deed in fresh}
    subjects = {deed.subject for deed in fresh if deed.action in OPENS}
    mine = [deed for deed in window if deed.actor in actors or deed.subject in subjects]
    looks = [deed for deed in mine if deed.action in OPENS]
    for rule in reading.RULES:
        yield from rule(looks, known)
    if any(deed.action not in OPENS for deed in fresh):
        doors = [deed for deed in window if deed.action not in OPENS]
        for rule in entering.RULES:
            yield from rule(doors, known)
    told: dict[UUID, list[tuple[datetime, UUID, str]]] = defaultdict(list)
    for when, who, whom, why in found.reveals:
        if now - DAY <= when < now and who in actors:
            told[who].append((when, whom, why))
    yield from entering.reasons(told)
