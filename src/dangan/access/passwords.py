"""What a password must look like: 8 or more characters, letters and digits.

Modelled on 等保 level 3 as commonly applied; common passwords and those made from
the log-in name are refused by Django's own validators.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MINIMUM = 8
_UNMISTAKABLE = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lIo")))


class LettersAndDigits:
    """Validator: at least eight characters with a letter and a digit among them."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's signature
        if len(password) < MINIMUM:
            raise ValidationError(_("密码太短，至少 8 位"), code="password_too_short")
        if not any(c.isalpha() for c in password) or not any(c.isdigit() for c in password):
            raise ValidationError(
                _("密码要同时含有字母和数字"), code="password_not_letters_and_digits"
            )

    def get_help_text(self) -> str:
        return _("至少 8 位，同时含有字母和数字")


def generate(length: int = 12) -> str:
    """A random first password without characters that are read wrongly (about 69 bits)."""
    while True:
        password = "".join(secrets.choice(_UNMISTAKABLE) for _ in range(length))
        if any(c.isalpha() for c in password) and any(c.isdigit() for c in password):
            return password
