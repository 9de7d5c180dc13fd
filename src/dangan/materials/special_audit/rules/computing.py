"""What can be computed: ages, overlaps, gaps, lengths of study, and form against material."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dangan.dictionary.rules import OPEN_END, Message
from dangan.dictionary.values.dates import first_day
from dangan.dossiers.checks.spans import (
    Span,
    certainly_before,
    months,
    months_between,
    oldest_age,
    shared_months,
    silent_months,
)
from dangan.materials.special_audit.rules.items import Entry, ItemKey

LEAGUE_AGE, WORK_AGE, PARTY_AGE, SCHOOL_AGE = 14, 16, 18, 5
"""入团 14, 参加工作 16, 入党 18 (thresholds of practice), and nobody goes to school before five."""

GAP_MONTHS = 1
"""A gap in the career longer than this is asked about."""

LEAST_MONTHS = {"1": 18, "2": 30, "3": 18, "4": 18}
"""Months a full-time stage takes at least, by the first figure of its level (GB/T 4658)."""

ABROAD_FROM = "2000"
"""Degrees from abroad of this year and after need a certification 认证."""


@dataclass(frozen=True, slots=True)
class Study:
    """One stage of schooling as the form has it."""

    start: str
    end: str
    school: str
    level: str
    full_time: bool
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class Stint:
    """One job of the career as the form has it."""

    start: str
    end: str
    where: str


@dataclass(frozen=True, slots=True)
class Form:
    """The latest form (任免审批表) as the dossier would print it. Stored dates; empty: unknown."""

    birth: str = ""
    birth_by_id: str = ""
    work_start: str = ""
    league_joined: str = ""
    party_joined: str = ""
    party_full: str = ""
    probation_extended: bool = False
    studies: tuple[Study, ...] = ()
    stints: tuple[Stint, ...] = ()


@dataclass(frozen=True, slots=True)
class Papers:
    """What the catalogue tells: how many papers each item lacks, and which it has."""

    lacks: Mapping[str, int]
    """By key of the receipt rules: ``graduation``, ``appointment``, ``recruitment`` …"""
    certified_abroad: bool = False
    """There is a certification 认证 in 4-1."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs a person's judgement."""

    item: ItemKey
    key: str
    message: Message


def findings(
    form: Form, papers: Papers, entries: Mapping[str, Entry], *, cadre: bool
) -> list[Finding]:
    """Everything that can be computed, by item. Nothing is decided here: a person does."""
    return [
        *_differences(form, entries),
        *_birth(form),
        *_ages(form, entries),
        *_work(form),
        *_party(form),
        *_education(form, papers),
        *_career(form, papers),
        *_status(papers, cadre=cadre),
        *_gaps(papers),
    ]


def _differences(form: Form, entries: Mapping[str, Entry]) -> Iterator[Finding]:
    """最先最早: the earliest material counts, whatever later ones say without approval."""
    said: dict[ItemKey, str] = {
        "birth": form.birth,
        "work": form.work_start,
        "party": form.party_joined,
    }
    for item, value in said.items():
        entry = entries.get(item, Entry())
        if entry.value and value and not _same(entry.value, value):
            yield Finding(
                item,
                "differs",
                Message(
                    "最早材料记载 {earliest}，任免审批表为 {form}。未经组织批准的更改不予认定。",
                    earliest=entry.value,
                    form=value,
                ),
            )
        if entry.lunar:
            yield Finding(item, "lunar", Message("材料按农历记载，请注明已换算为公历。"))


def _same(one: str, other: str) -> bool:
    """Two dates as far as both are precise: ``1991-06`` and ``1991-06-12`` agree."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _birth(form: Form) -> Iterator[Finding]:
    if form.birth and form.birth_by_id and not _same(form.birth, form.birth_by_id):
        yield Finding(
            "birth",
            "id",
            Message("与公民身份号码中的出生日期 {day} 不一致。", day=form.birth_by_id),
        )


def _ages(form: Form, entries: Mapping[str, Entry]) -> Iterator[Finding]:
    """By the birth date that counts: the earliest material's, if it was entered."""
    entry = entries.get("birth", Entry())
    birth = entry.settled or entry.value or form.birth
    if not birth or not birth[:4].isdigit():
        return
    events: list[tuple[ItemKey, str, int, Message]] = [
        ("work", form.work_start, WORK_AGE, Message("参加工作时不满 16 周岁。")),
        ("party", form.league_joined, LEAGUE_AGE, Message("入团时不满 14 周岁。")),
        ("party", form.party_joined, PARTY_AGE, Message("入党时不满 18 周岁。")),
    ]
    for study in form.studies:
        text = Message("入学时不满 {age} 周岁。", age=SCHOOL_AGE)
        events.append(("education", study.start, SCHOOL_AGE, text))
    for item, day, least, message in events:
        if day and oldest_age(birth, day) < least:
            yield Finding(item, f"age.{least}", message)


def _work(form: Form) -> Iterator[Finding]:
    if not form.work_start:
        return
    for study in form.studies:
        inside = (
            study.full_time
            and study.start
            and study.end
            and certainly_before(study.start, form.work_start)
            and certainly_before(form.work_start, study.end)
        )
        if inside:
            yield Finding(
                "work",
                "while_studying",
                Message("参加工作时间落在全日制在读期间（{school}）。", school=study.school),
            )


def _party(form: Form) -> Iterator[Finding]:
    if not form.party_joined or not form.party_full or form.probation_extended:
        return
    term = months(first_day(form.party_full)) - months(first_day(form.party_joined))
    if len(form.party_full) > 4 and len(form.party_joined) > 4 and term not in {12, 13}:
        yield Finding("party", "probation", Message("预备期不是一年，材料里应有延长预备期的决定。"))


def _education(form: Form, papers: Papers) -> Iterator[Finding]:
    for study in form.studies:
        yield from _study(study, papers)
        yield from _while_working(study, form.stints)
    if papers.lacks.get("graduation") or papers.lacks.get("certificate"):
        count = papers.lacks.get("graduation", 0) + papers.lacks.get("certificate", 0)
        yield Finding(
            "education", "lacks", Message("学历学位材料不齐套，缺 {count} 件。", count=count)
        )


def _study(study: Study, papers: Papers) -> Iterator[Finding]:
    least = LEAST_MONTHS.get(study.level[:1], 0)
    if study.start and study.end not in {"", OPEN_END} and study.full_time:
        length = months_between(study.start, study.end)
        if 0 <= length < least:
            yield Finding(
                "education",
                "short",
                Message("{school} 在读 {n} 个月，短于正常学制。", school=study.school, n=length),
            )
    if study.abroad and study.end >= ABROAD_FROM and not papers.certified_abroad:
        yield Finding(
            "education",
            "abroad",
            Message("{school} 是国（境）外学历，缺少认证材料。", school=study.school),
        )


def _while_working(study: Study, stints: Sequence[Stint]) -> Iterator[Finding]:
    if not (study.full_time and study.start and study.end):
        return
    for stint in stints:
        if stint.start and stint.end:
            before, after = sorted(
                [Span(study.start, study.end), Span(stint.start, stint.end)],
                key=lambda span: first_day(span.start),
            )
            if shared_months(before, after) > GAP_MONTHS:
                yield Finding(
                    "education",
                    "full_time",
                    Message(
                        "{school} 标为全日制，与在 {where} 工作的时间重叠。",
                        school=study.school,
                        where=stint.where,
                    ),
                )


def _career(form: Form, papers: Papers) -> Iterator[Finding]:
    spans = sorted(
        (
            *(
                (Span(one.start, one.end), one.where)
                for one in form.stints
                if one.start and one.end
            ),
            *(
                (Span(one.start, one.end), one.school)
                for one in form.studies
                if one.full_time and one.start and one.end
            ),
        ),
        key=lambda pair: first_day(pair[0].start),
    )
    for (before, left), (after, entered) in pairwise(spans):
        if silent_months(before, after) > GAP_MONTHS:
            yield Finding(
                "career",
                "gap",
                Message(
                    "{left} 到 {entered} 之间有 {n} 个月没有记载。",
                    left=left,
                    entered=entered,
                    n=silent_months(before, after),
                ),
            )
    if papers.lacks.get("appointment"):
        yield Finding(
            "career",
            "appointments",
            Message("缺 {count} 次任免的审批表。", count=papers.lacks["appointment"]),
        )


def _status(papers: Papers, *, cadre: bool) -> Iterator[Finding]:
    if cadre and papers.lacks.get("recruitment"):
        yield Finding(
            "status",
            "lacks",
            Message("没有录用、聘干、转正定级、军转或公务员登记材料，干部身份缺少依据。"),
        )


def _gaps(papers: Papers) -> Iterator[Finding]:
    count = sum(papers.lacks.values())
    if count:
        yield Finding("gaps", "lacks", Message("按应有材料核对，缺 {count} 件。", count=count))
