"""What notices can be about, read from a table, and how one reads. Pure."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, str | int]

FACT_AT_MOST = 120
"""Labels and numbers are short; anything longer is something else."""


class BadTopics(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The table of topics contradicts itself; the message says where."""


class BadNotice(Exception):  # noqa: N818 - a mistake of the teller
    """A notice that no topic, or not this one, can say."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a person switches on and off as one; ``mail`` is the default."""

    key: str
    label: str
    label_en: str
    help: str
    help_en: str
    mail: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of notice: a title and a text in two languages.

    ``robot`` is the title for a group's robot, which speaks to nobody in particular; a topic
    without one never goes to a group.
    """

    key: str
    group: str
    icon: str
    facts: frozenset[str]
    title: str
    title_en: str
    text: str
    text_en: str
    robot: str = ""
    robot_en: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A notice put into words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Topics:
    """The whole table."""

    groups: Mapping[str, Group]
    topics: Mapping[str, Topic]
    facts: frozenset[str]

    def check(self, topic: str, url: str, facts: Facts) -> None:
        """Raises :class:`BadNotice` unless this can be said: known topic, all facts, no others."""
        found = self.topics.get(topic)
        if found is None:
            raise BadNotice(f"no topic {topic!r}")
        missing = found.facts - facts.keys()
        if missing:
            raise BadNotice(f"{topic} lacks {sorted(missing)}")
        unknown = facts.keys() - self.facts
        if unknown:
            raise BadNotice(f"{topic} does not carry {sorted(unknown)}")
        for key, value in facts.items():
            if len(str(value)) > FACT_AT_MOST:
                raise BadNotice(f"{topic}: {key} is too long to be a label")
        if not url.startswith("/") or url.startswith("//") or "\\" in url:
            raise BadNotice(f"{topic}: the address must be one of this site")

    def say(self, topic: str, facts: Facts, *, english: bool, robot: bool = False) -> Said:
        """Title and text in Chinese or English; a topic that is no more shows as its key.

        ``robot`` words the title for a group.
        """
        found = self.topics.get(topic)
        if found is None:
            return Said(topic, "")
        words = _Words(facts, english=english)
        title, text = (found.title_en, found.text_en) if english else (found.title, found.text)
        if robot:
            title = (found.robot_en if english else found.robot) or title
        return Said(title.format_map(words), text.format_map(words))

    def group_of(self, topic: str) -> str:
        """The group a topic belongs to; empty when it is no more."""
        found = self.topics.get(topic)
        return found.group if found else ""


class _Words(dict[str, str | int]):
    """The facts by name; in English ``NAME_en`` stands in for ``NAME`` where it was given."""

    def __init__(self, facts: Facts, *, english: bool) -> None:
        super().__init__(facts)
        if english:
            for key, value in facts.items():
                if key.endswith("_en") and value:
                    self[key.removesuffix("_en")] = value

    def __missing__(self, key: str) -> str:
        return "…"


def topics_from(table: Mapping[str, Any]) -> Topics:
    """The table as read from TOML; raises :class:`BadTopics`."""
    facts = frozenset(table["facts"])
    groups = {key: Group(key=key, **line) for key, line in table["groups"].items()}
    topics = {}
    for key, line in table["topics"].items():
        topic = Topic(key=key, **(line | {"facts": frozenset(line["facts"])}))
        _check(topic, groups, facts)
        topics[key] = topic
    return Topics(groups, topics, facts)


def _check(topic: Topic, groups: Mapping[str, Group], facts: frozenset[str]) -> None:
    if topic.group not in groups:
        raise BadTopics(f"{topic.key}: no group {topic.group!r}")
    if topic.facts - facts:
        raise BadTopics(f"{topic.key}: facts {sorted(topic.facts - facts)} are not allowed")
    if bool(topic.robot) != bool(topic.robot_en):
        raise BadTopics(f"{topic.key}: robot needs both languages or none")
    for text in (
        topic.title,
        topic.title_en,
        topic.text,
        topic.text_en,
        topic.robot,
        topic.robot_en,
    ):
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if named - topic.facts:
            raise BadTopics(f"{topic.key}: {sorted(named - topic.facts)} are not among its facts")
