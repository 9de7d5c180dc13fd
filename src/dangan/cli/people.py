"""``dangan people``: finding people and showing a dossier."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from dangan.cli.output import say, say_json, table
from dangan.cli.session import acting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dangan.dossiers.queries import CellView, DossierView, RowView, SetView
    from dangan.roster.rules import Cell, Hit

_FOUND = 20


def search(text: str, *, as_json: bool, act_as: str | None) -> int:
    """Lists the people that match; 0 also when nobody does."""
    with acting(act_as) as actor:
        from dangan.organization.queries import tree
        from dangan.roster import queries

        hits = queries.search(actor, text, limit=_FOUND)
        units = tree()
        if as_json:
            say_json([_hit(hit, units.full_label(hit.unit) if hit.unit else "") for hit in hits])
            return 0
        if not hits:
            say("没有找到。")
            return 0
        rows = [
            (
                _text(hit.cells, "identity.name"),
                _text(hit.cells, "identity.employee_number"),
                units.full_label(hit.unit) if hit.unit else "",
                _text(hit.cells, "post.position"),
                str(hit.subject),
            )
            for hit in hits
        ]
        say(table(("姓名", "工号", "部门", "职务", "档案编号"), rows))
    return 0


def _text(cells: Mapping[str, Cell], path: str) -> str:
    cell = cells.get(path)
    return str(cell.value or "") if cell else ""


def _hit(hit: Hit, unit: str) -> dict[str, object]:
    return {
        "subject": str(hit.subject),
        "name": _text(hit.cells, "identity.name"),
        "employee_number": _text(hit.cells, "identity.employee_number"),
        "unit": unit,
        "position": _text(hit.cells, "post.position"),
        "state": hit.state,
        "matched": hit.matched,
    }


def show(person: str, *, as_of: date | None, as_json: bool, act_as: str | None) -> int:
    """Prints a dossier as the actor may see it."""
    with acting(act_as) as actor:
        from dangan.access.rules import Absent
        from dangan.dossiers import queries

        subject = _subject(person)
        if subject is None:
            raise Absent
        view = queries.open_dossier(actor, subject, as_of=as_of)
        if as_json:
            say_json(_document(view))
        else:
            _print(view)
    return 0


def _subject(person: str) -> UUID | None:
    """Whose dossier is meant: by its identifier, an employee number or an ID number."""
    try:
        return UUID(person)
    except ValueError:
        pass
    from dangan.dictionary.values import normal
    from dangan.dossiers.queries import find_by_unique

    given = normal(person)
    return find_by_unique("identity.employee_number", given) or find_by_unique(
        "identity.id_number", given.upper()
    )


def _document(view: DossierView) -> dict[str, object]:
    return {
        "subject": str(view.subject),
        "state": view.state,
        "unit": str(view.unit) if view.unit else None,
        "version": view.version,
        "as_of": view.as_of.isoformat() if view.as_of else None,
        "sets": {
            key: [_row(row) for row in shown.rows] for key, shown in view.sets.items() if shown.rows
        },
    }


def _row(row: RowView) -> dict[str, object]:
    return {
        "row": str(row.row),
        "version": row.version,
        "valid_from": row.valid_from.isoformat(),
        "values": {cell.field.key: _cell(cell) for cell in row.cells if cell.text},
    }


def _cell(cell: CellView) -> dict[str, object]:
    shown: dict[str, object] = {"showing": str(cell.showing), "text": cell.text}
    if cell.value is not None:
        shown["value"] = cell.value
    return shown


def _print(view: DossierView) -> None:
    day = f"（{view.as_of.isoformat()} 时）" if view.as_of else ""
    say(f"{view.name}{day}  档案编号 {view.subject}  第 {view.version} 版")
    for shown in view.sets.values():
        if shown.rows:
            _print_set(shown)


def _print_set(shown: SetView) -> None:
    say("")
    say(f"【{shown.info_set.label}】")
    for number, row in enumerate(shown.rows):
        if number:
            say("  ——")
        for cell in row.cells:
            if cell.text:
                say(f"  {cell.field.label}：{cell.text}")
