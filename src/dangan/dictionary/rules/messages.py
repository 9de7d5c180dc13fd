"""Sentences for people, and the refusal of a value."""

from __future__ import annotations


class Message:
    """A sentence for a person: a Chinese template with named places, and what fills them.

    ``str(message)`` is the Chinese text. Pages translate ``text`` first and fill in afterwards.
    Parameters may carry personal data; templates never do, so only ``text`` may be logged.
    """

    __slots__ = ("params", "text")

    def __init__(self, text: str, **params: object) -> None:
        self.text = text
        self.params = params

    def __str__(self) -> str:
        return self.text.format(**self.params) if self.params else self.text

    def __repr__(self) -> str:
        return f"Message({self.text!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self.text == other.text and self.params == other.params

    def __hash__(self) -> int:
        return hash(self.text)


class BadValue(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A value that cannot be taken; ``message`` says what is wrong and what to do.

    The exception's own text is the template only, so a log never carries the value.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message
