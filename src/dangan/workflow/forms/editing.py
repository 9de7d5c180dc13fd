"""A definition as a form and back: names such as ``steps.1.arms.0.steps.2.label`` are its places.

The whole body stands in the form, so that nothing is kept on the server while it is edited:
:func:`read` makes a body of what was sent, :func:`changed` does what a button asks. Both take
what a browser may send, however strange, and give something that can be shown again; whether it
makes sense is said by the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from math import isfinite
from typing import Any

Body = dict[str, Any]
Names = Mapping[str, Sequence[str]]

DEPTH = 40
"""Parts of a name: a step six levels deep has some thirty; longer ones are no definition's."""
ITEMS = 60
"""Entries of one list."""
TEXT = 400
LARGEST = 1e12
"""No limit, share or amount is larger; what is larger, or no number at all, stays text."""

TYPES = ("approve", "fill", "notify", "branch", "parallel", "act")
SIGNED = ("approve", "fill")
SEQUENCES = ("steps", "otherwise")
"""The names of lists of steps."""
MAY = ("return", "transfer", "delegate", "add_signer", "remove_signer")
HEAD = (
    "key",
    "label",
    "label_en",
    "kind",
    "prefix",
    "keeper",
    "start",
    "resubmit",
    "help",
    "help_en",
)

_NUMBERS: dict[str, Callable[[str], float | int]] = {
    "up": int,
    "ratio": float,
    "days": float,
    "remind_days_before": float,
}


def read(sent: Names) -> Body:
    """The body in a form's names and values."""
    tree = _tree(sent)
    body: Body = {key: _text(tree.get(key)) for key in HEAD if _text(tree.get(key))}
    body["steps"] = [_step(item) for item in _items(tree.get("steps"))]
    return body


def _tree(sent: Names) -> dict[str, Any]:
    """Dotted names as nested mappings; leaves are lists of texts."""
    root: dict[str, Any] = {}
    for name, values in sent.items():
        parts = name.split(".")
        if len(parts) > DEPTH:
            continue
        here: Any = root
        for part in parts[:-1]:
            here = here.setdefault(part, {})
            if not isinstance(here, dict):
                break
        else:
            here.setdefault(parts[-1], [value.replace("\0", "")[:TEXT] for value in values])
    return root


def _items(found: Any) -> list[dict[str, Any]]:
    """The entries of a list in the order of their numbers."""
    if not isinstance(found, dict):
        return []
    numbered = [
        (int(key), value)
        for key, value in found.items()
        if key.isascii() and key.isdigit() and len(key) <= 3 and isinstance(value, dict)
    ]
    return [value for _number, value in sorted(numbered, key=lambda pair: pair[0])[:ITEMS]]


def _text(found: Any) -> str:
    return found[-1].strip() if isinstance(found, list) and found else ""


def _number(found: Any, kind: Callable[[str], float | int]) -> float | int | str | None:
    """A number; what is none stays text, for the checker to speak of."""
    text = _text(found)
    if not text:
        return None
    try:
        number = kind(text)
    except ValueError:
        return text
    return number if isfinite(number) and abs(number) < LARGEST else text


def _step(sent: dict[str, Any]) -> Body:
    kind = _text(sent.get("type"))
    step: Body = {
        "type": kind if kind in TYPES else "approve",
        "key": _text(sent.get("key")),
        "label": _text(sent.get("label")),
    }
    _put(step, sent, ("label_en", "help"))
    if step["type"] in (*SIGNED, "notify"):
        step["who"] = [_assignee(item) for item in _items(sent.get("who"))]
    if step["type"] in SIGNED:
        _signed(step, sent)
    if step["type"] == "branch":
        step["arms"] = [_arm(item) for item in _items(sent.get("arms"))]
        if _text(sent.get("other")):
            step["otherwise"] = [_step(item) for item in _items(sent.get("otherwise"))]
    if step["type"] == "parallel":
        step["lanes"] = [_lane(item) for item in _items(sent.get("lanes"))]
    if step["type"] == "act":
        step["act"] = _text(sent.get("act"))
        _put(step, sent, ("on",))
    return step


def _put(into: Body, sent: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in keys:
        if text := _text(sent.get(key)):
            into[key] = text


def _signed(step: Body, sent: dict[str, Any]) -> None:
    if step["type"] == "fill":
        step["part"] = _text(sent.get("part"))
    else:
        _put(step, sent, ("mode",))
        if step.get("mode") == "ratio" and (ratio := _number(sent.get("ratio"), float)):
            step["ratio"] = ratio / 100 if isinstance(ratio, float) and ratio > 1 else ratio
    _put(step, sent, ("on_overdue",))
    for key in ("days", "remind_days_before"):
        if number := _number(sent.get(key), _NUMBERS[key]):
            step[key] = number
    given = sent.get("may")
    step["may"] = [key for key in MAY if isinstance(given, list) and key in given]


def _assignee(sent: dict[str, Any]) -> Body:
    found: Body = {"rule": _text(sent.get("rule")) or "head"}
    wanted = {
        "head": ("up",),
        "supervisor": ("up",),
        "fact_head": ("fact",),
        "role": ("role",),
        "person": ("account",),
    }.get(found["rule"], ())
    if "up" in wanted and (up := _number(sent.get("up"), int)):
        found["up"] = up
    _put(found, sent, [key for key in wanted if key != "up"])
    if found["rule"] == "role" and _text(sent.get("everyone")):
        found["everyone"] = True
    return found


def _arm(sent: dict[str, Any]) -> Body:
    arm: Body = {
        "when": [_condition(item) for item in _items(sent.get("when"))],
        "steps": [_step(item) for item in _items(sent.get("steps"))],
    }
    _put(arm, sent, ("label", "label_en"))
    return arm


def _lane(sent: dict[str, Any]) -> Body:
    lane: Body = {"steps": [_step(item) for item in _items(sent.get("steps"))]}
    _put(lane, sent, ("label", "label_en"))
    return lane


def _condition(sent: dict[str, Any]) -> Body:
    """``as`` says how the value was asked for: flag, number, many, or text."""
    values = sent.get("value")
    texts = [text.strip() for text in values] if isinstance(values, list) else []
    how = _text(sent.get("as"))
    value: Any = texts[-1] if texts else ""
    if how == "flag":
        value = value != "no"
    elif how == "number":
        value = _whole(value)
    elif how == "many":
        value = [text for text in texts if text]
    return {"fact": _text(sent.get("fact")), "op": _text(sent.get("op")) or "is", "value": value}


def _whole(text: str) -> float | int | str:
    try:
        number = float(text)
    except ValueError:
        return text
    if not isfinite(number) or abs(number) >= LARGEST:
        return text
    return int(number) if number.is_integer() else number


# --- what buttons do -----------------------------------------------------------------------------


def changed(body: Body, deed: str) -> tuple[Body, str]:
    """``body`` after a button, and the key of the step it was about (to be shown open).

    ``deed`` is a word, a place and perhaps a type: ``add steps approve``, ``up steps.1``,
    ``copy steps.1``, ``remove steps.1.who.0``, ``out steps.1.lanes.0.steps.2``,
    ``other steps.1``. What does not fit changes nothing.
    """
    word, _, rest = deed.partition(" ")
    place, _, kind = rest.partition(" ")
    work = _DEEDS.get(word)
    if work is None:
        return body, ""
    made = deepcopy(body)
    try:
        return made, work(made, place.split("."), kind) or ""
    except (KeyError, IndexError, ValueError, TypeError):
        return body, ""


def _at(body: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body


def _list(body: Body, parts: Sequence[str]) -> tuple[list[Any], int]:
    """The list that the place stands in, and where."""
    found, at = _at(body, parts[:-1]), int(parts[-1])
    if not isinstance(found, list):
        raise TypeError
    found[at]
    return found, at


def _steps(body: Body, parts: Sequence[str]) -> tuple[list[Any], int]:
    """The sequence of steps that the place stands in, and where."""
    if len(parts) < 2 or parts[-2] not in SEQUENCES:
        raise ValueError(parts)
    return _list(body, parts)


def _add(body: Body, parts: list[str], kind: str) -> str:
    """A new entry at the end of the list at this place."""
    owner, name = _at(body, parts[:-1]), parts[-1]
    made = _new(body, name, kind)
    owner.setdefault(name, []).append(made)
    return str(made.get("key") or owner.get("key") or "")


def _new(body: Body, name: str, kind: str) -> Body:
    if name in ("steps", "otherwise"):
        return new_step(kind if kind in TYPES else "approve", _keys(body))
    if name == "who":
        return {"rule": "head"}
    if name == "when":
        return {"fact": "", "op": "is", "value": True}
    if name == "arms":
        return {"label": "", "when": [{"fact": "", "op": "is", "value": True}], "steps": []}
    if name == "lanes":
        return {"label": "", "steps": []}
    raise KeyError(name)


def new_step(kind: str, taken: set[str]) -> Body:
    """An empty step of a type with a key of its own."""
    number = 1
    while f"step_{number}" in taken:
        number += 1
    step: Body = {"type": kind, "key": f"step_{number}", "label": ""}
    if kind in (*SIGNED, "notify"):
        step["who"] = [{"rule": "head"}]
    if kind in SIGNED:
        step["may"] = list(MAY)
    if kind == "fill":
        step["part"] = ""
    if kind == "branch":
        step["arms"] = [
            {"label": "", "when": [{"fact": "", "op": "is", "value": True}], "steps": []}
        ]
        step["otherwise"] = []
    if kind == "parallel":
        step["lanes"] = [{"label": "", "steps": []}, {"label": "", "steps": []}]
    if kind == "act":
        step["act"] = ""
    return step


def _remove(body: Body, parts: list[str], _kind: str) -> str:
    found, at = _list(body, parts)
    del found[at]
    return ""


def _up(body: Body, parts: list[str], _kind: str) -> str:
    found, at = _list(body, parts)
    if at > 0:
        found[at - 1], found[at] = found[at], found[at - 1]
    return str(found[max(at - 1, 0)].get("key", ""))


def _down(body: Body, parts: list[str], _kind: str) -> str:
    found, at = _list(body, parts)
    if at + 1 < len(found):
        found[at + 1], found[at] = found[at], found[at + 1]
    return str(found[min(at + 1, len(found) - 1)].get("key", ""))


def _copy(body: Body, parts: list[str], _kind: str) -> str:
    """The same once more below, with keys of its own."""
    found, at = _steps(body, parts)
    made = deepcopy(found[at])
    taken = _keys(body)
    for step in walk([made]):
        step["key"] = new_step("notify", taken)["key"]
        taken.add(step["key"])
    found.insert(at + 1, made)
    return str(made["key"])


def _out(body: Body, parts: list[str], _kind: str) -> str:
    """A step of an arm or a lane goes behind the branch or the fork it stood in."""
    found, at = _steps(body, parts)
    rows = [n for n, part in enumerate(parts) if part in ("arms", "lanes", "otherwise")]
    inner = rows[-1]
    outer, where = _list(body, parts[:inner])
    step = found.pop(at)
    outer.insert(where + 1, step)
    return str(step.get("key", ""))


def _into(body: Body, parts: list[str], _kind: str) -> str:
    """A step goes to the end of the last arm or lane of the branch or fork above it."""
    found, at = _steps(body, parts)
    if at == 0:
        return ""
    above = found[at - 1]
    rows = above.get("arms") or above.get("lanes")
    if not rows:
        return ""
    step = found.pop(at)
    rows[-1]["steps"].append(step)
    return str(step.get("key", ""))


def _to(body: Body, parts: list[str], kind: str) -> str:
    """A step goes before the step at another place (``kind``), or to the end of a list there."""
    target = kind.split(".")
    if target[: len(parts)] == parts:
        return ""
    found, at = _steps(body, parts)
    step = found[at]
    sequence = target[:-1] if target[-1].isdigit() else target
    if sequence[-1] not in SEQUENCES:
        raise ValueError(kind)
    where: list[Any] = _at(body, sequence)
    number = int(target[-1]) if target[-1].isdigit() else len(where)
    found[at] = gone = {"type": "gone"}
    where.insert(number, step)
    found.remove(gone)
    return str(step.get("key", ""))


def _other(body: Body, parts: list[str], _kind: str) -> str:
    """Says, or says no longer, what happens in all other cases."""
    branch = _at(body, parts)
    if "otherwise" in branch:
        del branch["otherwise"]
    else:
        branch["otherwise"] = []
    return str(branch.get("key", ""))


_DEEDS: dict[str, Callable[[Body, list[str], str], str]] = {
    "add": _add,
    "remove": _remove,
    "up": _up,
    "down": _down,
    "copy": _copy,
    "out": _out,
    "into": _into,
    "to": _to,
    "other": _other,
}


def walk(steps: Sequence[Body]) -> Iterator[Body]:
    """All steps of a body, outer before inner."""
    for step in steps:
        yield step
        for row in (*step.get("arms", ()), *step.get("lanes", ())):
            yield from walk(row.get("steps", ()))
        yield from walk(step.get("otherwise") or ())


def _keys(body: Body) -> set[str]:
    return {str(step.get("key", "")) for step in walk(body.get("steps", ()))}
