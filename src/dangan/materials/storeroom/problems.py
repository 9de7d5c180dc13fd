"""What cannot be done, with a sentence for the person."""

from __future__ import annotations

from dangan.dictionary.rules import Message


class StoreroomProblem(Exception):  # noqa: N818 - an answer to the person
    """The deed cannot be done as things stand; ``message`` says why and what to do, ``field``
    beside which input."""

    def __init__(self, message: Message, field: str = "") -> None:
        super().__init__(message.text)
        self.message = message
        self.field = field
