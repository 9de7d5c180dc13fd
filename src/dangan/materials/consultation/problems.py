"""What cannot be done here, with sentences for the person."""

from __future__ import annotations

from collections.abc import Sequence

from dangan.dictionary.rules import Message
from dangan.materials.consultation.rules.asking import Wrong


class BadRequest(Exception):  # noqa: N818 - an answer to the asker
    """The request is not right; ``wrong`` says what, field by field. Nothing was stored."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__("the request is not right")
        self.wrong = tuple(wrong)


class CannotRead(Exception):  # noqa: N818 - an answer to the reader
    """The reading cannot be opened or used so; ``message`` says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message
