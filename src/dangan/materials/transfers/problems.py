"""What the verbs of transfers answer instead of doing it."""

from __future__ import annotations

from dangan.dictionary.rules import Message


class TransferProblem(Exception):  # noqa: N818 - an answer to the person
    """It cannot be done as things stand; ``message`` says why and what to do, ``field`` where."""

    def __init__(self, message: Message, field: str = "") -> None:
        super().__init__(message.text)
        self.message, self.field = message, field
