"""Saying what pure rules decided in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from django.utils.translation import gettext


@runtime_checkable
class Sayable(Protocol):
    """A Chinese template with named placeholders and the values to put into them."""

    @property
    def text(self) -> str: ...

    @property
    def params(self) -> Mapping[str, object]: ...


def say(message: Sayable | str) -> str:
    """The message in the active language; a plain string is looked up as it stands."""
    if isinstance(message, str):
        return gettext(message) if message else ""
    params = {
        key: say(value) if isinstance(value, Sayable) else value
        for key, value in message.params.items()
    }
    return gettext(message.text).format(**params)
