"""Is this error one of the moment: the database is away, full, or not to be written to?

Then the answer is 503, and another try may succeed; anything else is a fault of ours, a 500.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import InterfaceError, OperationalError

RETRY_AFTER = "30"
_PASSING = ("08", "53", "57P", "58", "25006", "XX001")
"""SQLSTATE: connection, insufficient resources, shutdown, disk, a stand-by, a damaged block."""


def passing(error: BaseException | None) -> bool:
    """Tell whether an error, or what it came from, is one of the moment.

    The server says so by its SQLSTATE; where it said nothing, the connection broke. Errors of
    other stores say so themselves (``passing``).
    """
    errors = list(_chain(error))
    if any(getattr(each, "passing", False) is True for each in errors):
        return True
    states = [state for each in errors if (state := getattr(each, "sqlstate", None))]
    if states:
        return any(str(state).startswith(_PASSING) for state in states)
    return any(isinstance(each, OperationalError | InterfaceError) for each in errors)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
