"""How values of a movement come out for somebody: by the dossier's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from dangan.access.rules import Actor, Showing, field_showings
from dangan.dictionary import values as field_values
from dangan.dictionary.rules import FieldClass, Json
from dangan.dossiers.queries import Words
from dangan.lifecycle.standing import Standing


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as its reader may see it; hidden ones never become one."""

    text: str
    masked: bool = False


class Sight:
    """What one actor sees of one person's movement.

    The person counts as being where they are and where they go: the head of the new unit sees
    what they would see once the person is there. Public fields (name, unit, post) are shown to
    everybody who takes part; nothing else is shown beyond the reader's own rights.
    """

    def __init__(
        self, actor: Actor, person: Standing, new_unit: UUID | None, action: str = "read"
    ) -> None:
        self.actor = actor
        self.person = person
        self.action = action
        self.words = Words(person.dictionary, person.tree)
        self.paths = {person.path, person.tree.path_of(new_unit)} if new_unit else {person.path}
        self._known: dict[str, dict[str, Showing]] = {}

    def showing(self, path: str) -> Showing:
        """How ``set.field`` comes out."""
        info_set, _, field = path.partition(".")
        return self._set(info_set).get(field, Showing.HIDDEN)

    def plain(self, path: str) -> bool:
        return self.showing(path) is Showing.PLAIN

    def show(self, path: str, value: Json | None) -> Shown | None:
        """The value as it may be shown; None when it is hidden, empty text when there is none."""
        showing = self.showing(path)
        if showing is Showing.HIDDEN:
            return None
        if value in (None, ""):
            return Shown("")
        info_set, _, field = path.partition(".")
        item = self.person.dictionary.sets[info_set].by_key[field]
        if showing is Showing.MASKED:
            return Shown(field_values.mask(item, value), masked=True)
        return Shown(self.words.display(item, value) if value is not None else "")

    def text(self, path: str, value: Json | None) -> str:
        """The same as text, empty when hidden."""
        shown = self.show(path, value)
        return shown.text if shown else ""

    def _set(self, key: str) -> dict[str, Showing]:
        if key not in self._known:
            self._known[key] = self._work_out(key)
        return self._known[key]

    def _work_out(self, key: str) -> dict[str, Showing]:
        info_set = self.person.dictionary.sets[key]
        asked = [
            field_showings(self.actor, self.person.subject, path, info_set, self.action)
            for path in self.paths
        ]
        return {
            item.key: Showing.PLAIN
            if self.action == "read" and item.field_class == FieldClass.PUBLIC
            else _best([answer[item.key] for answer in asked])
            for item in info_set.fields
        }


def _best(showings: list[Showing]) -> Showing:
    for wanted in (Showing.PLAIN, Showing.MASKED):
        if wanted in showings:
            return wanted
    return Showing.HIDDEN
