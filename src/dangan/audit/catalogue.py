"""The names of actions: what the log shows for ``record.write`` in Chinese and English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

_FILE = Path(__file__).parent / "data" / "actions.toml"


@dataclass(frozen=True, slots=True)
class Action:
    """An action: ``looks`` says that it is shown to the person it was about."""

    key: str
    label: str
    label_en: str
    looks: bool


@lru_cache(maxsize=1)
def actions() -> Mapping[str, Action]:
    """All actions by key, in the order of the file."""
    found = {}
    for room, verbs in tomllib.loads(_FILE.read_text("utf-8")).items():
        for verb, line in verbs.items():
            key = f"{room}.{verb}"
            found[key] = Action(key, line["zh"], line["en"], line.get("looks", False))
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def looks() -> frozenset[str]:
    """The actions that count as a look at, or a change of, somebody's dossier."""
    return frozenset(key for key, action in actions().items() if action.looks)


def label_of(key: str, *, language: str = "zh-hans") -> str:
    """The verb for an action; its key when the catalogue does not know it."""
    action = actions().get(key)
    if action is None:
        return key
    return action.label_en if language.startswith("en") else action.label
