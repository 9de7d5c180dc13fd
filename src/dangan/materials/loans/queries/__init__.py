"""Reading loans: the actor first, cut to rights, noted in the log."""

from dangan.materials.loans.queries.facts import fact_of, open_of
from dangan.materials.loans.queries.one import (
    Detail,
    LoanView,
    at_hand,
    content_of,
    detail,
    for_return,
)
from dangan.materials.loans.queries.register import (
    PER_PAGE,
    STATES,
    LoanLine,
    LoanPage,
    mine,
    register,
)

__all__ = [
    "PER_PAGE",
    "STATES",
    "Detail",
    "LoanLine",
    "LoanPage",
    "LoanView",
    "at_hand",
    "content_of",
    "detail",
    "fact_of",
    "for_return",
    "mine",
    "open_of",
    "register",
]
