"""What can go wrong with a back-up, in one sentence that says what to do."""

from __future__ import annotations


class BackupProblem(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """``text`` is for the person at the console; it holds no personal data."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Unusable(BackupProblem):
    """A setting, a place or a file cannot be used; nothing was changed."""


class Unreachable(BackupProblem):
    """A place does not answer, or refuses us; trying again later may help."""


class Damaged(BackupProblem):
    """Something in a back-up is not as it was written; ``part`` names it."""

    def __init__(self, part: str, text: str) -> None:
        super().__init__(f"{part}：{text}")
        self.part = part


class Forged(BackupProblem):
    """A signature is missing, wrong, or by a key that was not expected."""
