"""What a password must look like, how long it lasts, and how its hash is made.

Two policies, chosen by ``DANGAN_PASSWORD_POLICY``:

- ``dengbao3``, as 等保 level 3 is commonly applied: 8 or more characters with letters and digits,
  a new one every 90 days, the last 5 not again;
- ``asvs``, as OWASP ASVS 5.0 § 6.2 and NIST SP 800-63B have it: 12 or more of any kind, kept as
  long as one likes.

Both allow 128 characters of any kind, and both refuse what many people choose, in Chinese and
English, and what is made from the own name, the log-in name or the firm's.
"""

from __future__ import annotations

import gzip
import re
import secrets
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from dangan.access import units

LONGEST = 128
LONG = 6
"""Letters of a name that may stand nowhere in a password; shorter names stand in many words."""
_UNMISTAKABLE = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lIo")))


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 64 MiB, 3 passes, 4 lanes: the second choice of RFC 9106 § 4.

    OWASP asks for 19 MiB and 2 passes or more. About a tenth of a second here, and little enough
    memory that thirty people may sign in at once. A hash made with other parameters is made anew
    at the next log-in (:func:`is_current`).
    """

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for passwords; ``lasts`` None: for ever."""

    least: int
    letters_and_digits: bool
    lasts: timedelta | None
    remembered: int
    """How many of the last passwords, the present one among them, may not come back."""


POLICIES = {
    "dengbao3": Policy(8, letters_and_digits=True, lasts=timedelta(days=90), remembered=5),
    "asvs": Policy(12, letters_and_digits=False, lasts=None, remembered=1),
}


def policy() -> Policy:
    """The policy in force."""
    return POLICIES[settings.DANGAN.password_policy]


def expired(since: datetime, now: datetime) -> bool:
    """Whether a password in use ``since`` then must be changed."""
    lasts = policy().lasts
    return lasts is not None and now - since >= lasts


def is_current(encoded: str) -> bool:
    """Whether a hash was made with the parameters of today."""
    return not identify_hasher(encoded).must_update(encoded)


def help_text() -> str:
    """What the field for a new password says below it."""
    held = policy()
    if held.letters_and_digits:
        return _("至少 {least} 位，同时含有字母和数字，不用最近 {count} 次用过的").format(
            least=held.least, count=held.remembered
        )
    return _("至少 {least} 位，几个不相干的词连在一起最好记").format(least=held.least)


class Allowed:
    """Validator: everything but the passwords used before, which need the account's hashes."""

    def validate(self, password: str, user: Any = None) -> None:
        errors = [*_shape(password), *_guessable(password, user)]
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        return help_text()


def _shape(password: str) -> Iterator[ValidationError]:
    held = policy()
    if len(password) < held.least:
        yield ValidationError(
            _("密码太短，至少 {least} 位").format(least=held.least), code="password_too_short"
        )
    if len(password) > LONGEST:
        yield ValidationError(
            _("密码太长，最多 {most} 位").format(most=LONGEST), code="password_too_long"
        )
    letter, digit = any(c.isalpha() for c in password), any(c.isdigit() for c in password)
    if held.letters_and_digits and not (letter and digit):
        yield ValidationError(_("密码要同时含有字母和数字"), code="password_not_letters_and_digits")


def _guessable(password: str, user: Any) -> Iterator[ValidationError]:
    if is_common(password):
        yield ValidationError(
            _("很多人用这样的密码，容易被猜到，请换一个"), code="password_too_common"
        )
    if user is not None and _is_own(folded(password), _own_words(user)):
        yield ValidationError(
            _("密码里有你的姓名、账号或单位名，容易被猜到，请换一个"), code="password_too_similar"
        )


def folded(password: str) -> str:
    """As guessers see it: width and case do not matter."""
    return unicodedata.normalize("NFKC", password).casefold()


def _is_own(plain: str, words: set[str]) -> bool:
    """Whether a password is one of these words with digits and marks, or holds a long one."""
    letters = "".join(c for c in plain if c.isalpha())
    return any(
        letters == word or (word in plain and (len(word) >= LONG or not word.isascii()))
        for word in words
    )


def _own_words(user: Any) -> set[str]:
    """What of the person and the firm a password may not be made from: names, in pinyin too."""
    names = [getattr(user, "login", ""), getattr(user, "name", "")]
    names += [label for _unit, label, depth in units.choices() if depth <= 1]
    words: set[str] = set()
    for name in names:
        plain = folded(name)
        syllables = lazy_pinyin("".join(plain.split()))
        words.update([plain, "".join(syllables), "".join(syllable[:1] for syllable in syllables)])
        words.update(re.split(r"[\s@._\-/·]+", plain))
    return {word for word in words if len(word) > 1}


# --- what many people choose ---

_MARKS = r"[!@#$%^&*()_+\-=.,?~]*"
_YEAR = r"(?:19|20)\d\d"
_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_BORN = re.compile(rf"[a-z]{{0,4}}{_MARKS}{_YEAR}{_MONTH_DAY}{_MARKS}[a-z]{{0,4}}")
"""Initials and a date of birth."""
_TELEPHONE = re.compile(rf"[a-z]{{0,4}}{_MARKS}1[3-9]\d{{9}}{_MARKS}[a-z]{{0,4}}")
_REPEATED = re.compile(r"(.{1,4}?)\1+.{0,2}")
_LEET = str.maketrans("@013457$!", "aoieastsi")
_WALKS = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"]


def is_common(password: str) -> bool:
    """Whether many people choose it: on a list, or made the way lists are made.

    A word of the list with an ending, a year or marks; a few letters and a well-known number; a
    date or a telephone number with initials; something repeated; a row of the keyboard.
    """
    plain = folded(password)
    return (
        plain in _international()
        or plain in _lists().whole
        or any(pattern.fullmatch(plain) for pattern in (_BORN, _TELEPHONE, _REPEATED))
        or any(_made_of_lists(form) for form in {plain, plain.translate(_LEET)})
        or _is_walk(plain)
    )


@dataclass(frozen=True, slots=True)
class _Lists:
    stems: frozenset[str]
    endings: frozenset[str]
    fronts: frozenset[str]
    numbers: frozenset[str]
    whole: frozenset[str]


@cache
def _lists() -> _Lists:
    """``data/common_passwords.txt``."""
    text = (files("dangan.access") / "data" / "common_passwords.txt").read_text("utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("# "))
    parts = re.split(r"^\[(\w+)\]$", lines, flags=re.MULTILINE)[1:]
    return _Lists(
        **{
            name: frozenset(words.split())
            for name, words in zip(parts[::2], parts[1::2], strict=True)
        }
    )


@cache
def _international() -> frozenset[str]:
    """Django's list of twenty thousand (Royce Williams, from leaked accounts)."""
    packed = (files("django.contrib.auth") / "common-passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split())


def size_of_lists() -> int:
    """How many passwords the lists refuse by name, their combinations left out of account."""
    lists = _lists()
    pairs = len(lists.stems) * (1 + len(lists.endings)) + 2 * len(lists.fronts) * len(lists.numbers)
    return len(_international()) + len(lists.whole) + pairs


def _made_of_lists(plain: str) -> bool:
    lists = _lists()
    for cut in range(1, len(plain) + 1):
        head, tail = plain[:cut], plain[cut:]
        if head in lists.stems and _is_ending(tail):
            return True
        known = {head, tail}
        if known & lists.fronts and known & lists.numbers:
            return True
    return plain in lists.numbers


def _is_ending(tail: str) -> bool:
    """Nothing, an ending of the list, a year or another stem, with or without marks around."""
    lists = _lists()
    bare = tail.strip("!@#$%^&*()_+-=.,?~")
    known = bare in lists.endings or bare in lists.stems or bare in lists.numbers
    return not bare or known or re.fullmatch(_YEAR, bare) is not None


def _is_walk(plain: str) -> bool:
    """A row of the alphabet or the keyboard, forwards or backwards, with at most four more."""
    for row in _WALKS:
        for line in (row, row[::-1]):
            for size in range(len(line), 5, -1):
                for at in range(len(line) - size + 1):
                    if line[at : at + size] in plain and len(plain) - size <= 4:
                        return True
    return False


def generate(length: int = 12) -> str:
    """A random first password without characters that are read wrongly (about 69 bits)."""
    while True:
        password = "".join(secrets.choice(_UNMISTAKABLE) for _ in range(length))
        if any(c.isalpha() for c in password) and any(c.isdigit() for c in password):
            return password
