"""What the archive room may set. Every term that differs between units is here, not in code."""

from __future__ import annotations

import msgspec


class ArchiveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Defaults follow 干部人事档案工作条例 (2018) and the source documents."""

    kinds: tuple[str, ...] = ("employee_file",)
    """Which kinds of file the organisation keeps. A private firm may keep no 人事档案."""
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
