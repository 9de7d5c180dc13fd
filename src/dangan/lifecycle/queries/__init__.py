"""Reads of staff movements: lists, one movement for its case page, papers, duties."""

from dangan.lifecycle.queries.content import (
    Compared,
    ComparedSet,
    Duty,
    MovementContent,
    SignedDepartment,
    SignedLine,
    Told,
    movement_content,
)
from dangan.lifecycle.queries.lists import (
    PER_PAGE,
    STATES,
    DutyLine,
    MovementLine,
    MovementPage,
    duties,
    movement_for,
    movements,
    overdue_duties,
    own_movements,
)
from dangan.lifecycle.queries.papers import PAPERS, PaperLine, paper, papers_for
from dangan.lifecycle.queries.sight import Shown, Sight

__all__ = [
    "PAPERS",
    "PER_PAGE",
    "STATES",
    "Compared",
    "ComparedSet",
    "Duty",
    "DutyLine",
    "MovementContent",
    "MovementLine",
    "MovementPage",
    "PaperLine",
    "Shown",
    "Sight",
    "SignedDepartment",
    "SignedLine",
    "Told",
    "duties",
    "movement_content",
    "movement_for",
    "movements",
    "overdue_duties",
    "own_movements",
    "paper",
    "papers_for",
]
