"""Why a change does not go the way somebody asked for."""

from __future__ import annotations

from uuid import UUID

from dangan.dictionary.rules import Message


class NeedsApproval(Exception):  # noqa: N818 - an answer, not an error
    """The routes send this change through a definition: it is proposed instead of written.
    Nothing was written."""

    def __init__(self, definition: str) -> None:
        super().__init__(definition)
        self.definition = definition


class Claimed(Exception):  # noqa: N818 - an answer, not an error
    """A row is in a case already. ``case`` is given when the asker may see that case."""

    def __init__(self, number: str, row: UUID, case: UUID | None = None) -> None:
        super().__init__(number)
        self.number = number
        self.row = row
        self.case = case

    @property
    def message(self) -> Message:
        return Message("这一行正在审批中（{number}），等它办结后再改。", number=self.number)


class BadState(Exception):  # noqa: N818 - an answer, not an error
    """A proposal is not in a state that allows this; ``message`` says what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class Stale(Exception):  # noqa: N818 - an answer, not an error
    """The proposal was changed in another window; nothing was kept of this one."""
