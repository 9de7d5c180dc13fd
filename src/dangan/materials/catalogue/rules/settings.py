"""What the archive room may set. Every term that differs between units is here, not in code."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from dangan.dictionary.rules import Message


class ArchiveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Defaults follow 干部人事档案工作条例 (2018) and the source documents."""

    kinds: tuple[str, ...] = ("employee_file",)
    """Which kinds of file the organisation keeps. A private firm may keep no 人事档案."""
    authority: str = ""
    """By whose authority 人事档案 are kept; asked for where ``cadre`` or ``staff`` is kept."""
    binding_mm: int = 25
    """The binding margin of the printed catalogue (20–25 mm left)."""
    spare_lines: int = 2
    """Empty lines that the printed catalogue leaves in each (sub)class for papers to come."""
    loan_days: int = 3
    loan_most_days: int = 15
    """With an extension; both in working days."""
    loan_collect_days: int = 5
    """An agreed loan is fetched within so many working days."""
    filing_days: int = 30
    """Materials reach the archive within one month of coming into being."""
    receipt_chase_days: int = 30
    """A transfer's 回执 is chased after a month."""
    slip_word: str = "人档字"
    """The word before the number of a transfer slip 字第号."""
    departed_days: int = 15
    """A leaver's file is on its way within fifteen days (劳动合同法第五十条)."""
    check_months: int = 6
    readers_least: int = 2
    """Readers of a cadre file (条例: two or more)."""
    view_hours: int = 8
    view_most_hours: int = 72
    presence_minutes: int = 30
    """How long a reader who said they are there counts as there, before saying it again."""
    open_within_days: int = 14
    """A consultation that was agreed is opened by its readers within so many days, or lapses."""
    copy_days: int = 7
    """Within how many days copies that were agreed are taken."""
    ledger_years: int = 30
    """How long the record of destructions is kept; never under three."""
    temperature: tuple[int, int] = (14, 24)
    """℃ (JGJ 25: 档案库房)."""
    humidity: tuple[int, int] = (45, 60)
    """Per cent."""
    scan_dpi: int = 300
    scan_skew: float = 1.0


RETENTION: dict[str, int] = {"permanent": 0, "y30": 30, "y10": 10, "y5": 5, "y3": 3, "y2": 2}
"""Retention periods 保管期限 in years; 0 is for good."""

RETENTION_LABELS: dict[str, str] = {
    "permanent": "永久",
    "y30": "30 年",
    "y10": "10 年",
    "y5": "5 年",
    "y3": "3 年",
    "y2": "2 年",
}

PERSONNEL = frozenset({"cadre", "staff"})
"""Kinds that are 人事档案, which only those with authority may keep."""

LAW = (
    "企业无权保管人事档案（包括干部人事档案和职工档案），除非有相应的人事档案管理权限；"
    "没有权限的，档案由公共就业和人才服务机构保管，本单位只保存合同、表单等自有资料。"
)


@dataclass(frozen=True, slots=True)
class Term:
    """How a term is called on the page, and its bounds."""

    label: Message
    least: float = 0
    most: float = 1000


TERMS: dict[str, Term] = {
    "filing_days": Term(Message("材料形成后归档（天）"), 1, 90),
    "receipt_chase_days": Term(Message("转递回执催收（天后）"), 1, 180),
    "loan_days": Term(Message("借阅期限（天）"), 1, 30),
    "loan_most_days": Term(Message("借阅最长期限（含续借）（天）"), 1, 90),
    "loan_collect_days": Term(Message("批准借阅后领取期限（天）"), 1, 30),
    "departed_days": Term(Message("离职后转出档案（天内）"), 1, 15),
    "slip_word": Term(Message("转递单字号")),
    "check_months": Term(Message("案卷检查间隔（个月）"), 1, 24),
    "readers_least": Term(Message("查阅干部档案人数（人以上）"), 1, 5),
    "view_hours": Term(Message("查阅时限（小时）"), 1, 168),
    "view_most_hours": Term(Message("查阅最长时限（小时）"), 1, 336),
    "presence_minutes": Term(Message("查阅人在场确认有效（分钟）"), 5, 240),
    "open_within_days": Term(Message("批准查阅后开始期限（天）"), 1, 60),
    "copy_days": Term(Message("批准复制后办理期限（天）"), 1, 60),
    "ledger_years": Term(Message("销毁清册保存（年）"), 3, 100),
    "temperature": Term(Message("库房温度（℃）"), -10, 50),
    "humidity": Term(Message("库房相对湿度（%）"), 0, 100),
    "scan_dpi": Term(Message("扫描分辨率不低于（dpi）"), 100, 1200),
    "scan_skew": Term(Message("扫描倾斜不超过（度）"), 0, 10),
    "binding_mm": Term(Message("目录装订边（毫米）"), 20, 25),
    "spare_lines": Term(Message("打印目录每类预留空行（行）"), 0, 20),
}
"""Every term but ``kinds`` and ``authority``, in the order of the page."""


def wrong(given: ArchiveSettings, known: Collection[str]) -> tuple[str, Message] | None:
    """The first thing that cannot be set so, with the term it is about."""
    if not given.kinds or not set(given.kinds) <= set(known):
        return "kinds", Message("请至少选择一种保管的档案。")
    if PERSONNEL & set(given.kinds) and not given.authority.strip():
        return "authority", Message("保管人事档案须写明依据，例如主管部门的批准文号。")
    for key, term in TERMS.items():
        problem = _out_of_bounds(term, getattr(given, key))
        if problem is not None:
            return key, problem
    if given.loan_days > given.loan_most_days:
        return "loan_days", Message("借阅期限不能长于最长期限。")
    if given.view_hours > given.view_most_hours:
        return "view_hours", Message("查阅时限不能长于最长时限。")
    return None


def _out_of_bounds(term: Term, value: object) -> Message | None:
    numbers = value if isinstance(value, tuple) else (value,)
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        return Message("“{label}”的下限高于上限。", label=term.label.text)
    for number in numbers:
        if isinstance(number, int | float) and not term.least <= number <= term.most:
            return Message(
                "“{label}”应在 {least} 到 {most} 之间。",
                label=term.label.text,
                least=f"{term.least:g}",
                most=f"{term.most:g}",
            )
    return None
