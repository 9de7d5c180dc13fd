"""Somebody who does not exist, and looks like a new colleague. Pure: chance is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗"
_GIVEN = {
    "1": "建国志强伟明海涛俊杰文博宇航嘉诚思远浩然子轩承志家豪立新",
    "2": "晓燕婷婷雅静慧敏雨桐思琪佳怡欣然梦瑶静怡若曦诗涵雅文",
}
_AREAS = ("110105", "310115", "330106", "320102", "440106", "420106", "510107", "610113")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MOBILES = ("138", "139", "150", "158", "186", "188", "177")


@dataclass(frozen=True, slots=True)
class Invented:
    """A fictitious person as HR has looked them over."""

    name: str
    employee_number: str
    sex: str
    id_number: str
    birth_date: str
    mobile: str
    position: str
    joined: str


def invent(chance: Random, today: date, number: str, position: str) -> Invented:
    """Somebody of 24 to 40 who has just joined; ``number`` follows the firm's own."""
    sex = chance.choice("12")
    birth = today - timedelta(days=chance.randrange(24 * 365, 40 * 365))
    given = _GIVEN[sex]
    start = 2 * chance.randrange(len(given) // 2)
    order = 2 * chance.randrange(50) + (1 if sex == "1" else 0)
    body = f"{chance.choice(_AREAS)}{birth:%Y%m%d}{chance.randrange(10):d}{order:02d}"[:17]
    return Invented(
        name=chance.choice(_SURNAMES) + given[start : start + 2],
        employee_number=number,
        sex=sex,
        id_number=body + _check(body),
        birth_date=birth.isoformat(),
        mobile=f"{chance.choice(_MOBILES)}{chance.randrange(10**8):08d}",
        position=position,
        joined=(today - timedelta(days=chance.randrange(3, 25))).isoformat(),
    )


def _check(body: str) -> str:
    """GB 11643: the last character from the seventeen before it."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def next_number(numbers: list[str]) -> str:
    """The number after the highest of those written like most: as a newcomer's would be."""
    digits = [one for one in numbers if one.isdecimal()]
    if not digits:
        return "100001"
    width = max({len(one) for one in digits}, key=[len(one) for one in digits].count)
    highest = max(one for one in digits if len(one) == width)
    return str(int(highest) + 1).zfill(width)


def rows_of(person: Invented, unit: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The first rows of the dossier: what every newcomer's holds."""
    yield (
        "identity",
        {
            "name": person.name,
            "employee_number": person.employee_number,
            "sex": person.sex,
            "id_number": person.id_number,
            "birth_date": person.birth_date,
            "ethnicity": "01",
        },
    )
    yield "contact", {"mobile": person.mobile}
    yield "post", {"unit": unit, "position": person.position, "joined": person.joined}
