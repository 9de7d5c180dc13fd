"""Decisions of the self-service pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dangan.dictionary.rules import InfoSet

FILTERS = ("draft", "open", "effective", "returned")
"""未提交、审批中、已生效、已退回: what rows and requests are sorted by."""


def filter_of(state: str) -> str:
    """Under which filter a state stands: 待生效 is still on its way."""
    return "open" if state == "waiting" else state


def counts_of(states: Iterable[str]) -> dict[str, int]:
    """How many there are under each filter."""
    counts = dict.fromkeys(FILTERS, 0)
    for state in states:
        key = filter_of(state)
        if key in counts:
            counts[key] += 1
    return counts


def may_ask(info_set: InfoSet) -> frozenset[str]:
    """The fields of a set that its person may ask to change, as the dictionary says."""
    return frozenset(item.key for item in info_set.fields if item.self_service == "edit")
