"""What cannot be done, with a sentence for the person."""

from __future__ import annotations

from dangan.dictionary.rules import Message


class CatalogueProblem(Exception):  # noqa: N818 - an answer to the person
    """The deed cannot be done as things stand; ``message`` says why and what to do."""

    def __init__(self, message: Message, field: str = "") -> None:
        super().__init__(message.text)
        self.message = message
        self.field = field
        """The field of the form it is about; empty for the whole."""


class LineConflict(Exception):  # noqa: N818 - said where it is raised
    """Somebody changed the catalogue line after the writer opened it. Nothing was written."""

    def __init__(self, base: int, version: int) -> None:
        super().__init__(f"began from {base}, now {version}")
        self.base = base
        self.version = version


class Duplicate(CatalogueProblem):
    """A line like it stands in the volume already; filing it again must be said to be meant."""
