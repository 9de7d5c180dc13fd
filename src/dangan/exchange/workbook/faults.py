"""The one exception of this package."""

from __future__ import annotations

from dangan.dictionary.rules import Message


class Unusable(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The file cannot be taken in at all; ``message`` says why and what to do."""

    def __init__(self, text: str, **params: object) -> None:
        self.message = Message(text, **params)
        super().__init__(text)
