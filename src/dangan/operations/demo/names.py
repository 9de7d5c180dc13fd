"""Chinese names as common as in life, and numbers that check. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dangan.operations.demo.words import words

if TYPE_CHECKING:
    from random import Random


def surname(random: Random) -> str:
    known = words()
    return random.choices(known.surnames, cum_weights=known.surname_steps)[0]


def given_name(random: Random, *, male: bool, birth_year: int) -> str:
    """A given name of the birth decade: three in four from its fashion, the rest composed."""
    known = words()
    if random.random() < 0.25:
        parts = known.composed
        return random.choice(parts["first"]) + random.choice(parts["male" if male else "female"])
    decade = min(2000, max(1960, birth_year // 10 * 10))
    return random.choice((known.male if male else known.female)[decade])


def id_number(region: str, birth: str, sequence: int, *, male: bool) -> str:
    """A citizen identity number with its check digit (GB 11643-1999).

    ``birth`` is ISO; ``sequence`` counts people of one region, day and sex from 0. The
    order codes taken (900 to 999) are those that the offices hardly ever give out.
    """
    order = 900 + (2 * sequence + (1 if male else 0)) % 100
    body = f"{region}{birth.replace('-', '')}{order:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def bank_account(random: Random) -> str:
    """Nineteen digits that satisfy the Luhn check, under an issuer number nobody has."""
    body = "620000" + "".join(random.choice("0123456789") for _ in range(12))
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)
