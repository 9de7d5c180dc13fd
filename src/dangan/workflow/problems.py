"""What a verb of the workflow may answer instead of doing it.

:class:`NotAllowed` comes from the engine: the step, the case or the rules do not allow it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dangan.dictionary.rules import Message
from dangan.workflow.rules.engine import NotAllowed

if TYPE_CHECKING:
    from django.forms import Form

__all__ = ["AlreadyDecided", "BadDefinition", "BadPart", "CannotStart", "CaseMoved", "NotAllowed"]


class CannotStart(Exception):  # noqa: N818 - an answer to the asker
    """The case cannot be opened; ``message`` says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class AlreadyDecided(Exception):  # noqa: N818 - an answer to the asker
    """Somebody else was first: ``who`` (a name) did ``verb`` at ``when``. Nothing changed."""

    def __init__(self, who: str, when: datetime, verb: str = "") -> None:
        super().__init__("this step has been decided already")
        self.who = who
        self.when = when
        self.verb = verb


class CaseMoved(Exception):  # noqa: N818 - an answer to the asker
    """The case has changed since it was read (``version``); the page is to be read again."""

    def __init__(self, base_version: int, version: int) -> None:
        super().__init__("the case has changed since")
        self.base_version = base_version
        self.version = version


class BadDefinition(Exception):  # noqa: N818 - an answer to the asker
    """The checker refuses a definition; ``problems`` says why, each with the step it is about."""

    def __init__(self, problems: tuple[tuple[str, Message], ...]) -> None:
        super().__init__("the definition was refused")
        self.problems = problems


class BadPart(Exception):  # noqa: N818 - an answer to the asker
    """What was filled in is not right; ``form`` is bound and says where."""

    def __init__(self, form: Form) -> None:
        super().__init__("the form was refused")
        self.form = form
