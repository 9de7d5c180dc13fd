"""Checks over all rows of one person: résumé, education, contracts. For the nightly scan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from dangan.dictionary.rules import OPEN_END, Dictionary, Message
from dangan.dictionary.values.dates import first_day, last_day
from dangan.dossiers.checks.findings import (
    DossierValues,
    Finding,
    Row,
    Settings,
    Values,
    error,
    rows_of,
    single,
    text_at,
    warning,
)
from dangan.dossiers.checks.spans import (
    Span,
    certainly_before,
    covered,
    shared_months,
    silent_months,
)

_TIERS = ((), (), ("81", "80"), ("71", "70"), ("41", "44", "47", "40", "61", "60"), ("31", "30"))
_HIGHER_TIERS = (("21", "20", "28"), ("17",), ("14", "10"), ("11",))
_RANKS: Mapping[str, int] = {
    code: rank for rank, tier in enumerate((*_TIERS, *_HIGHER_TIERS)) for code in tier
}
"""Rank of completed education (codes of GB/T 4658); what was not finished has none."""

_DEGREE_RANKS = {"1": 0, "2": 3, "3": 2, "4": 1}
_FULL_TIME = (None, "1")
_EMPLOYED = (None, "1", "2", "3", "4")


def check_whole(
    dossier: DossierValues, dictionary: Dictionary, today: date, settings: Settings
) -> Iterator[Finding]:
    """Everything that only shows when the rows are seen together."""
    yield from _missing(dossier, dictionary)
    yield from _work(dossier, today, settings)
    yield from _education(dossier, settings)
    yield from _highest(dossier)
    yield from _joined(dossier)
    yield from _contracts(dossier, today, settings)


def _missing(dossier: DossierValues, dictionary: Dictionary) -> Iterator[Finding]:
    for info_set in dictionary.sets.values():
        required = [item for item in info_set.fields if item.required]
        for row in rows_of(dossier, info_set.key):
            for item in required:
                if row.values.get(item.key) in (None, ""):
                    message = Message("{label}没有填写，请补填", label=item.label)
                    yield error("missing", info_set.key, row.row, item.key, message)


def _spans(rows: Sequence[Row]) -> list[tuple[Row, Span]]:
    """Rows with both dates, by start; a row without an end is not known to reach anywhere."""
    found = [
        (row, Span(start, end))
        for row in rows
        if (start := text_at(row.values, "start")) and (end := text_at(row.values, "end"))
    ]
    return sorted(found, key=lambda pair: first_day(pair[1].start))


def _work(dossier: DossierValues, today: date, settings: Settings) -> Iterator[Finding]:
    work = _spans(rows_of(dossier, "work_experience"))
    studies = [span for _, span in _spans(rows_of(dossier, "education"))]
    for (row, before), (later, after) in pairwise(work):
        if shared_months(before, after) > settings.overlap_months:
            message = Message(
                "与 {start} 至 {end} 的工作经历时间重叠，请核对", start=before.start, end=before.end
            )
            yield warning("work_overlap", "work_experience", later.row, "start", message)
        else:
            yield from _gap(row, before, after, studies, settings)
    yield from _gap_before_joining(dossier, work, studies, today, settings)
    yield from _work_start(dossier, work)


def _gap(
    row: Row, before: Span, after: Span, studies: list[Span], settings: Settings
) -> Iterator[Finding]:
    silent = silent_months(before, after)
    if silent <= settings.gap_months:
        return
    gap, slack = Span(before.end, after.start), settings.study_break_months
    if not covered(gap, studies, slack=slack):
        message = Message(
            "{end} 到 {start} 之间有 {months} 个月没有经历，请补充或说明",
            end=before.end,
            start=after.start,
            months=silent,
        )
        yield warning("work_gap", "work_experience", row.row, "end", message)


def _gap_before_joining(
    dossier: DossierValues,
    work: Sequence[tuple[Row, Span]],
    studies: list[Span],
    today: date,
    settings: Settings,
) -> Iterator[Finding]:
    """The time between the last job elsewhere and this one."""
    joined = text_at(_current_post(dossier), "joined")
    if not work or not joined or first_day(joined) > today:
        return
    row, last = max(work, key=lambda pair: last_day(pair[1].end))
    yield from _gap(row, last, Span(joined, OPEN_END), studies, settings)


def _work_start(dossier: DossierValues, work: Sequence[tuple[Row, Span]]) -> Iterator[Finding]:
    began = text_at(single(dossier, "identity"), "work_start")
    if not began or not work:
        return
    row, first = work[0]
    if certainly_before(first.start, began):
        message = Message(
            "最早的工作经历从 {start} 开始，早于参加工作日期 {began}，请核对",
            start=first.start,
            began=began,
        )
        yield warning("work_start_late", "work_experience", row.row, "start", message)


def _education(dossier: DossierValues, settings: Settings) -> Iterator[Finding]:
    studies = _spans(rows_of(dossier, "education"))
    for (one, before), (other, after) in pairwise(studies):
        full_time = all(text_at(r.values, "study_form") in _FULL_TIME for r in (one, other))
        if full_time and shared_months(before, after) > settings.overlap_months:
            message = Message(
                "与 {start} 至 {end} 的学习经历时间重叠，请核对", start=before.start, end=before.end
            )
            yield warning("education_overlap", "education", other.row, "start", message)
        if full_time and _rank(other.values) and _rank(other.values) < _rank(one.values):
            message = Message("学历低于此前已取得的学历，请核对起止时间或学历")
            yield warning("education_order", "education", other.row, "level", message)


def _rank(values: Values) -> int:
    return _RANKS.get(text_at(values, "level") or "", 0)


def _highest(dossier: DossierValues) -> Iterator[Finding]:
    identity = rows_of(dossier, "identity")
    if not identity:
        return
    values, row = identity[0].values, identity[0].row
    education = rows_of(dossier, "education")
    stated = _RANKS.get(text_at(values, "highest_education") or "", 0)
    proved = max((_rank(item.values) for item in education if _finished(item)), default=0)
    if stated and proved and stated != proved:
        message = (
            Message("最高学历高于教育经历里的最高一条，请补充教育经历或更正")
            if stated > proved
            else Message("最高学历低于教育经历里的最高一条，请更正")
        )
        yield warning("highest_education", "identity", row, "highest_education", message)
    degrees = [
        *(text_at(item.values, "degree") for item in education),
        *(text_at(item.values, "degree") for item in rows_of(dossier, "degree")),
    ]
    best = max((_DEGREE_RANKS.get((code or "")[:1], 0) for code in degrees), default=0)
    claimed = _DEGREE_RANKS.get((text_at(values, "highest_degree") or "")[:1], 0)
    if claimed and best and claimed != best:
        message = Message("最高学位与学位、教育经历里的最高学位不一致，请核对")
        yield warning("highest_degree", "identity", row, "highest_degree", message)


def _finished(row: Row) -> bool:
    return text_at(row.values, "result") in (None, "1")


def _current_post(dossier: DossierValues) -> Values:
    posts = rows_of(dossier, "post")
    for row in posts:
        if text_at(row.values, "end") in (None, OPEN_END):
            return row.values
    return posts[-1].values if posts else {}


def _joined(dossier: DossierValues) -> Iterator[Finding]:
    began = text_at(single(dossier, "identity"), "work_start")
    for row in rows_of(dossier, "post"):
        joined = text_at(row.values, "joined")
        if began and joined and certainly_before(joined, began):
            message = Message(
                "入职日期 {joined} 早于参加工作日期 {began}，请核对", joined=joined, began=began
            )
            yield warning("joined_before_work", "post", row.row, "joined", message)


def _contracts(dossier: DossierValues, today: date, settings: Settings) -> Iterator[Finding]:
    contracts = _spans(rows_of(dossier, "contract"))
    for (_, before), (later, after) in pairwise(contracts):
        if shared_months(before, after) > settings.overlap_months:
            message = Message(
                "与 {start} 至 {end} 的合同期限重叠，请核对", start=before.start, end=before.end
            )
            yield warning("contract_overlap", "contract", later.row, "start", message)
    if not contracts or text_at(_current_post(dossier), "status") not in _EMPLOYED:
        return
    row, last = max(contracts, key=lambda pair: last_day(pair[1].end))
    if last_day(last.end) < today and not text_at(row.values, "ended"):
        message = Message("劳动合同已于 {end} 到期，人还在职，请续签或办理终止", end=last.end)
        yield warning("contract_expired", "contract", row.row, "end", message)
