"""The roster's rules said again in plain Python, one person and one value at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.roster.people import Person

from dangan.access.rules import Actor, Resource, Showing, decide, reach
from dangan.dictionary.rules import Dictionary
from dangan.dictionary.values import mask, normal
from dangan.organization.rules import Tree
from dangan.roster.pinyin import initials_of, name_key, pinyin_of_name, sort_key
from dangan.roster.rules import (
    DERIVED,
    JSON,
    AnyOf,
    Between,
    Cell,
    Contains,
    Empty,
    Filter,
    Group,
    GroupQuery,
    RosterQuery,
)


class Naive:
    def __init__(
        self, people: Sequence[Person], asker: Actor, words: Dictionary, tree: Tree, today: date
    ) -> None:
        self.words, self.tree, self.today, self.asker = words, tree, today, asker
        reached = reach(asker, "read")
        self.people = [p for p in people if reached.contains(p.subject, tree.path_of(p.unit))]

    # --- values as the asker knows them

    def showing(self, person: Person, path: str) -> Showing:
        if path == "derived.state":
            return Showing.PLAIN
        path = DERIVED[path].source if path in DERIVED else path
        field = self.words.field(path)
        return decide(
            self.asker,
            "read",
            Resource(
                person.subject,
                self.tree.path_of(person.unit),
                field.set_key,
                field.key,
                field.field_class,
            ),
        ).showing

    def known(self, person: Person, path: str) -> JSON:
        return self.value(person, path) if self.showing(person, path) == "plain" else None

    def value(self, person: Person, path: str) -> JSON:
        if path == "derived.state":
            return person.state
        if path not in DERIVED:
            value = person.get(path)
            return None if value == "" else value
        start = person.get(DERIVED[path].source)
        if not start:
            return None
        parts = [int(part) for part in str(start).split("-")] + [1, 1]
        years = self.today.year - parts[0]
        if (self.today.month, self.today.day) < (parts[1], parts[2]):
            years -= 1
        if years < 0:
            return None
        for band in DERIVED[path].bands:
            if band.low <= years and (band.high is None or years < band.high):
                return band.key
        return years

    def cell(self, person: Person, path: str) -> Cell:
        showing = self.showing(person, path)
        if showing == "plain":
            return Cell(showing, self.value(person, path))
        if showing == "hidden" or path in DERIVED:
            return Cell(Showing.HIDDEN)
        value = self.value(person, path)
        return Cell(showing, None if value is None else mask(self.words.field(path), value))

    # --- filters

    def fits(self, person: Person, path: str, given: Filter) -> bool:
        value = self.known(person, path)
        if isinstance(given, Empty):
            return (value is None) == given.empty
        if value is None:
            return False
        text = {True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload]  # any JSON
        if isinstance(given, AnyOf):
            return not given.values.isdisjoint(self.above(path, text) if given.children else [text])
        if isinstance(given, Contains):
            shown = self.shown(path, text)
            return normal(given.text).lower() in shown.lower()
        return self.between(path, value, given)

    def above(self, path: str, text: str) -> list[str]:
        if path not in DERIVED and path != "derived.state":
            field = self.words.field(path)
            if field.type == "code":
                return list(self.words.table_of(field).ancestors(text))
            if field.type == "unit":
                return [text, *map(str, self.tree.path_of(UUID(text)))]
        return [text]

    def shown(self, path: str, text: str) -> str:
        if path in DERIVED or path == "derived.state":
            return text
        field = self.words.field(path)
        if field.type == "code":
            return self.words.table_of(field).name_of(text)
        return self.tree.label(UUID(text)) if field.type == "unit" else text

    def between(self, path: str, value: JSON, given: Between) -> bool:
        if path in DERIVED:
            low, high = readable(given.low), readable(given.high)
            return isinstance(value, int) and (
                (low is None or value >= low) and (high is None or value <= high)
            )
        field = None if path == "derived.state" else self.words.field(path)
        key: Callable[[str], str] = name_key if path == "identity.name" else str
        if path != "identity.name" and field is not None and field.type == "text":
            key = sort_key
        text = key(str(value))
        low_key = None if given.low is None else key(str(given.low))
        high_key = None if given.high is None else key(str(given.high))
        return (low_key is None or text >= low_key) and (
            high_key is None or text <= high_key or text.startswith(high_key)
        )

    # --- answers

    def selected(self, query: RosterQuery | GroupQuery) -> list[Person]:
        found = []
        for person in self.people:
            if query.states is None and person.state == "destroyed":
                continue
            if query.states is not None and person.state not in query.states:
                continue
            if query.unit is not None:
                wanted = AnyOf(frozenset({str(query.unit)}), children=query.subtree)
                if not self.fits(person, "post.unit", wanted):
                    continue
            if not all(self.fits(person, path, given) for path, given in query.filters.items()):
                continue
            if normal(query.text) and not self.score(person, query.text)[0]:
                continue
            found.append(person)
        return found

    def by_name(self, person: Person) -> tuple[Any, ...]:
        name = self.known(person, "identity.name")
        return (name is None, "" if name is None else name_key(str(name)), person.subject.int)

    def order(self, query: RosterQuery) -> list[Person]:
        found = sorted(self.selected(query), key=self.by_name)
        filled = [p for p in found if self.known(p, query.sort) is not None]
        empty = [p for p in found if self.known(p, query.sort) is None]
        key = self.key_of(query.sort)
        filled.sort(key=lambda p: key(self.known(p, query.sort)), reverse=query.descending)
        return filled + empty

    def key_of(self, path: str) -> Callable[[Any], Any]:
        if path == "identity.name":
            return name_key
        if path in DERIVED:
            bands = [band.key for band in DERIVED[path].bands]
            return bands.index if bands else int
        if path == "derived.state":
            return str
        field = self.words.field(path)
        if field.type == "unit":
            places = {str(node.id): n for n, (node, _) in enumerate(self.tree.walk())}
            return places.__getitem__
        if field.type in {"text", "long_text"}:
            return sort_key
        return Decimal if field.type in {"integer", "decimal", "money"} else str

    def score(self, person: Person, text: str) -> tuple[int, str]:
        words = normal(text)
        joined = words.replace(" ", "")
        name = self.known(person, "identity.name")
        best = {"identity.name": 0, "identity.employee_number": 0, "contact.mobile": 0}
        if name:
            letters = joined.lower().replace("'", "").replace("ü", "v")
            if letters.isascii() and letters.isalpha():
                best["identity.name"] = self.sounds(str(name), letters)
            else:
                best["identity.name"] = part(str(name), words)
        number = self.known(person, "identity.employee_number")
        if number and joined.isascii() and joined:
            best["identity.employee_number"] = max(
                part(str(number), joined),
                part(str(number), joined.upper()),
                part(str(number), joined.lower()),
            )
        phone = self.known(person, "contact.mobile")
        digits = joined.replace("-", "")
        if phone and digits.isascii() and digits.isdigit() and len(digits) >= 3:
            if phone == digits:
                best["contact.mobile"] = 3
            elif str(phone).endswith(digits):
                best["contact.mobile"] = 2
        top = max(best.values())
        return top, next(path for path, score in best.items() if score == top)

    def sounds(self, name: str, letters: str) -> int:
        syllables = pinyin_of_name(name).split()
        best = part(initials_of(" ".join(syllables)), letters)
        for start in range(len(syllables)):
            ending = "".join(syllables[start:])
            if ending.startswith(letters):
                whole = "".join(syllables)
                best = max(best, 3 if whole == letters else 2 if whole.startswith(letters) else 1)
        return best

    def search(self, text: str, limit: int) -> list[tuple[Person, int, str]]:
        scored = [(p, *self.score(p, text)) for p in self.people if p.state != "destroyed"]
        found = [item for item in scored if item[1]]
        found.sort(key=lambda item: (-item[1], self.by_name(item[0])))
        return found[:limit]

    def group(self, query: GroupQuery) -> list[Group]:
        counted: dict[tuple[JSON, ...], list[Person]] = defaultdict(list)
        for person in self.selected(query):
            counted[tuple(self.counted_as(person, path, query) for path in query.by)].append(person)
        keys = [self.key_of(path) for path in query.by]

        def order(values: tuple[JSON, ...]) -> list[Any]:
            pairs = zip(keys, values, strict=True)
            return [(v is None, 0 if v is None else key(v)) for key, v in pairs]

        return [
            Group(values, len(counted[values]), self.means(counted[values], query))
            for values in sorted(counted, key=order)
        ]

    def counted_as(self, person: Person, path: str, query: GroupQuery) -> JSON:
        value = self.known(person, path)
        if value is None or path in DERIVED or path == "derived.state":
            return value
        field = self.words.field(path)
        if field.type == "unit" and query.unit_depth is not None:
            above = self.tree.path_of(UUID(str(value)))
            return str(above[min(query.unit_depth, len(above) - 1)])
        if field.type == "code" and path in query.fold:
            return list(self.words.table_of(field).ancestors(str(value)))[-1]
        return value

    def means(self, people: Sequence[Person], query: GroupQuery) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        for measure in query.measures:
            values = [self.known(p, measure.path) for p in people]
            numbers = [int(v) for v in values if v is not None]
            found[measure.path] = sum(numbers) / len(numbers) if numbers else None
        return found


def readable(bound: str | int | None) -> int | None:
    """A bound that is no number is no bound."""
    try:
        return None if bound is None else int(bound)
    except ValueError:
        return None


def part(text: str, word: str) -> int:
    if text == word:
        return 3
    return 2 if text.startswith(word) else 1 if word in text else 0
