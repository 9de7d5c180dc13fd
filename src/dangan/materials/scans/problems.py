"""What cannot be done with scans, with a sentence for the person."""

from __future__ import annotations

from dangan.dictionary.rules import Message


class ScanProblem(Exception):  # noqa: N818 - an answer to the person
    """The deed cannot be done as things stand; ``message`` says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message
