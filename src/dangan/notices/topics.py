"""The table of topics under ``data/``, and a notice in the reader's language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

from dangan.notices.rules.topics import Facts, Said, Topics, topics_from
from dangan.ui.languages import traditional


@cache
def topics() -> Topics:
    """All groups and topics."""
    text = (files("dangan.notices") / "data" / "topics.toml").read_text("utf-8")
    return topics_from(tomllib.loads(text))


def say(topic: str, facts: Facts, language: str | None = None, *, robot: bool = False) -> Said:
    """Title and text in ``language`` (default: the active one); ``robot`` words it for a group."""
    language = language or get_language() or "zh-hans"
    said = topics().say(topic, facts, english=language.startswith("en"), robot=robot)
    if language == "zh-hant":
        return Said(traditional(said.title), traditional(said.text))
    return said
