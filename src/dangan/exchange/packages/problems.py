"""What is wrong with a package, in sentences for the person."""

from __future__ import annotations

from collections.abc import Sequence

from dangan.dictionary.rules import Message


class PackageProblem(Exception):  # noqa: N818 - an answer to the person
    """A package cannot be made or taken in; ``messages`` say everything that is wrong."""

    def __init__(self, message: Message, more: Sequence[Message] = ()) -> None:
        super().__init__(message.text)
        self.message = message
        self.messages = [message, *more]
