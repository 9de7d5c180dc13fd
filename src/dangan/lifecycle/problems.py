"""What the verbs of this room answer instead of doing it."""

from __future__ import annotations

from collections.abc import Sequence

from dangan.dictionary.rules import Message
from dangan.lifecycle.rules.starting import Wrong


class BadMovement(Exception):  # noqa: N818 - an answer to the asker
    """A movement cannot begin so; ``problems`` says why, each with its field. Nothing is stored."""

    def __init__(self, problems: Sequence[Wrong]) -> None:
        super().__init__(f"refused: {[wrong.field for wrong in problems]}")
        self.problems = tuple(problems)


class AlreadyMoving(Exception):  # noqa: N818 - an answer to the asker
    """Another movement of this person is under way: ``number`` is its case's, for those who may
    know of it."""

    def __init__(self, number: str) -> None:
        super().__init__("another movement of this person is under way")
        self.number = number
        self.message = (
            Message("这个人的另一项变动（{number}）正在办理，办完或收回后再发起。", number=number)
            if number
            else Message("这个人的另一项变动正在办理，办完或收回后再发起。")
        )
