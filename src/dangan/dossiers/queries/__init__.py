"""Reading dossiers: the actor first, cut to the actor's rights, and noted in the log.

Absent and out of reach look alike: both raise :class:`dangan.access.rules.Absent`.
"""

from dangan.dossiers.queries.dossier import (
    CellView,
    DossierView,
    Opened,
    RowForEdit,
    RowView,
    SetView,
    Words,
    cell_view,
    open_dossier,
    open_subject,
    portrait,
    row_for_edit,
)
from dangan.dossiers.queries.finding import (
    find_all_by_unique,
    find_by_unique,
    rows_for_planning,
)
from dangan.dossiers.queries.history import (
    ChangeView,
    Comparison,
    FieldChangeView,
    HistoryPage,
    RowChangeView,
    RowVersionView,
    compare,
    history,
    versions,
)
from dangan.dossiers.queries.problems import ProblemPage, ProblemView, problems

__all__ = [
    "CellView",
    "ChangeView",
    "Comparison",
    "DossierView",
    "FieldChangeView",
    "HistoryPage",
    "Opened",
    "ProblemPage",
    "ProblemView",
    "RowChangeView",
    "RowForEdit",
    "RowVersionView",
    "RowView",
    "SetView",
    "Words",
    "cell_view",
    "compare",
    "find_all_by_unique",
    "find_by_unique",
    "history",
    "open_dossier",
    "open_subject",
    "portrait",
    "problems",
    "row_for_edit",
    "rows_for_planning",
    "versions",
]
