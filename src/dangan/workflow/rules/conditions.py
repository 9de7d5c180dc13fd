"""Whether the conditions of a branch hold for the facts of a case."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from dangan.workflow.rules.definitions import Branch, Condition
from dangan.workflow.rules.states import Facts

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "any_of": lambda fact, value: fact in value,
    "has": lambda fact, value: value in fact,
    "over": operator.gt,
    "under": operator.lt,
    "at_least": operator.ge,
}


def chosen_arm(branch: Branch, facts: Facts) -> int:
    """The first arm whose conditions all hold; the number of arms when none does."""
    for number, arm in enumerate(branch.arms):
        if all(holds(condition, facts) for condition in arm.when):
            return number
    return len(branch.arms)


def holds(condition: Condition, facts: Facts) -> bool:
    """A flag that is missing is off; anything else that is missing fails every test but ``not``.

    Dates are ISO text and compare as such. A value of another type than the fact never holds:
    the checker refuses such definitions, and an old one must not stop a case.
    """
    fact = facts.get(condition.fact)
    if fact is None and isinstance(condition.value, bool):
        fact = False
    if condition.op == "is":
        return bool(fact == condition.value)
    if condition.op == "not":
        return bool(fact != condition.value)
    if fact is None:
        return False
    try:
        return bool(_TESTS[condition.op](fact, condition.value))
    except TypeError:
        return False
