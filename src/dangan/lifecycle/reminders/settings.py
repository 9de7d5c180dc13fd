"""The kinds of reminders in force: the table under ``data/`` and the organisation's choices."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from dangan.lifecycle.reminders.models import Ages, Choice
from dangan.lifecycle.reminders.rules import WOMEN, Kind, Settings, kinds_from


@cache
def shipped() -> dict[str, Kind]:
    """The kinds as shipped."""
    text = (files("dangan.lifecycle.reminders") / "data" / "kinds.toml").read_text("utf-8")
    return kinds_from(tomllib.loads(text))


def settings() -> Settings:
    """The kinds as the organisation has them; two cheap statements."""
    found = Settings(shipped(), Ages.objects.values_list("women", flat=True).first() or WOMEN)
    for choice in Choice.objects.all():
        if choice.kind in found.kinds:
            found = found.with_kind(choice.kind, on=choice.on, leads=choice.leads)
    return found
