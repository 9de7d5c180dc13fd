"""What the labour contract law says about notice, probation and compensation. Pure.

The articles are cited as 劳动合同法 (2012); dates count in calendar days.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dangan.dictionary.rules import Message

NOTICE_DAYS = 30
"""Article 37: the employee's written notice; articles 40 and 41: the employer's."""
PROBATION_NOTICE_DAYS = 3
"""Article 37, in probation."""
TRANSFER_DAYS = 15
"""Article 50: file and social security are moved within fifteen days."""
KEEP_CONTRACT_YEARS = 2
"""Article 50: the text of an ended contract is kept for two years at least."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A reason for leaving: who ends it, by which article, with what notice and consequences.

    ``compensation``: ``yes`` due, ``no``, or ``check`` where it hangs on facts outside the code.
    """

    code: str
    side: str
    article: str
    notice: int
    compensation: str
    contract_state: str = "3"
    probation_only: bool = False
    note: Message | None = None


PROTECTED = Message("第四十二条所列人员（孕期、产期、哺乳期、医疗期、职业病等）不得按此解除")

_ENDINGS = (
    Ending("10", "employee", "劳动合同法第三十七条", NOTICE_DAYS, "no"),
    Ending("11", "employee", "劳动合同法第三十七条", NOTICE_DAYS, "no"),
    Ending("12", "employee", "劳动合同法第三十八条", 0, "yes"),
    Ending("20", "employer", "劳动合同法第三十九至四十一条", NOTICE_DAYS, "check"),
    Ending("21", "employer", "劳动合同法第三十九条第一项", 0, "no", probation_only=True),
    Ending("22", "employer", "劳动合同法第三十九条", 0, "no"),
    Ending("23", "employer", "劳动合同法第四十条", NOTICE_DAYS, "yes", note=PROTECTED),
    Ending("24", "employer", "劳动合同法第四十一条", NOTICE_DAYS, "yes", note=PROTECTED),
    Ending("30", "agreement", "劳动合同法第三十六条", 0, "check"),
    Ending("40", "expiry", "劳动合同法第四十四条第一项", 0, "check", contract_state="4"),
    Ending("50", "expiry", "劳动合同法第四十四条第二项", 0, "no", contract_state="4"),
    Ending("60", "expiry", "劳动合同法第四十四条第三项", 0, "no", contract_state="4"),
    Ending("70", "expiry", "组织调动", 0, "no"),
    Ending("90", "expiry", "", 0, "check"),
)
ENDINGS: Mapping[str, Ending] = {ending.code: ending for ending in _ENDINGS}
"""By code of the table ``leaving_reason``."""

OWN_REASONS = ("11", "12")
"""What a person may give as the reason of their own written notice."""


def ending_of(code: str) -> Ending:
    """What a code means; an unknown one counts as 其他."""
    return ENDINGS.get(code, ENDINGS["90"])


def notice_needed(code: str, *, probation: bool) -> int:
    """Days between the written notice and the last day."""
    ending = ending_of(code)
    if ending.side == "employee" and ending.notice and probation:
        return PROBATION_NOTICE_DAYS
    return ending.notice


def notice_given(notified: date, last_day: date) -> int:
    """Days the notice really leaves: the day of notice does not count, the last day does."""
    return (last_day - notified).days


def is_short(code: str, notified: date, last_day: date, *, probation: bool) -> bool:
    """Whether the notice is shorter than the law asks for."""
    return notice_given(notified, last_day) < notice_needed(code, probation=probation)


def ending_problem(code: str, *, probation: bool) -> Message | None:
    """Why this reason does not fit this person, None when it does."""
    if ending_of(code).probation_only and not probation:
        return Message(
            "“试用期不符合录用条件”只能用于试用期内的人（劳动合同法第三十九条第一项），请改选原因。"
        )
    return None


def months_after(day: date, months: int) -> date:
    """The same day ``months`` later; the last day of a shorter month stands for missing days."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def probation_cap(kind: str, start: date, end: date | None) -> int:
    """The longest probation in months that article 19 allows for a contract.

    ``kind`` is a code of ``contract_kind``, ``end`` None for an open-ended one. Below three
    months and for a given task there is none; below a year one month; below three years two;
    from three years on, and open-ended, six.
    """
    if kind == "3":
        return 0
    if kind == "2" or end is None:
        return 6
    after = end + timedelta(days=1)
    if after < months_after(start, 3):
        return 0
    if after < months_after(start, 12):
        return 1
    if after < months_after(start, 36):
        return 2
    return 6


def latest_probation_end(kind: str, start: date, end: date | None) -> date | None:
    """The last day probation may have; None when the contract allows none."""
    months = probation_cap(kind, start, end)
    return months_after(start, months) - timedelta(days=1) if months else None


def extension_problem(
    kind: str, start: date | None, end: date | None, present: date | None, wanted: date
) -> Message | None:
    """Why a probation may not be extended to ``wanted``; None when it may."""
    if present is not None and wanted <= present:
        return Message("延长后的截止日期要晚于现在的 {day}。", day=present.isoformat())
    if start is None:
        return Message("档案里没有劳动合同的起始日期，算不出试用期上限，请先补录合同。")
    latest = latest_probation_end(kind, start, end)
    if latest is None:
        return Message("这份劳动合同不能约定试用期（劳动合同法第十九条）。")
    if wanted > latest:
        return Message(
            "试用期最长到 {day}（劳动合同法第十九条，合同约定上限 {months} 个月），请改早。",
            day=latest.isoformat(),
            months=probation_cap(kind, start, end),
        )
    return None


def kept_until(last_day: date) -> date:
    """Until when the text of the ended contract is kept at least."""
    return months_after(last_day, 12 * KEEP_CONTRACT_YEARS)
