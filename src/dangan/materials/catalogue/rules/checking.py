"""What a catalogue line must say before it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from dangan.dictionary.rules import BadValue, Message
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.categories import Categories, squeezed
from dangan.materials.catalogue.rules.dates import check_date

TITLE_MOST = 120
REMARK_MOST = 200
PAGES_MOST = 2000
COPIES_MOST = 99


def problems(body: MaterialBody, table: Categories, today: date) -> list[tuple[str, Message]]:
    """Everything that is wrong with a line, each with the field it is about."""
    found = [*_about_class(body, table), *_about_words(body), *_about_counts(body)]
    try:
        check_date((body.year, body.month, body.day), today)
    except BadValue as problem:
        found.append(("formed", problem.message))
    return found


def _about_class(body: MaterialBody, table: Categories) -> Iterable[tuple[str, Message]]:
    category = table.get(body.category)
    if category is None:
        yield "category", Message("没有类号“{no}”，请从十大类中选择。", no=body.category)
    elif not category.holds:
        yield (
            "category",
            Message(
                "{name}分小类，请选择小类 {no}-1 到 {no}-4。", name=category.short, no=category.no
            ),
        )


def _about_words(body: MaterialBody) -> Iterable[tuple[str, Message]]:
    if not body.title.strip():
        yield "title", Message("请填写材料名称。")
    elif len(body.title) > TITLE_MOST:
        yield "title", _too_long(TITLE_MOST, body.title)
    for field in ("remark", "matter", "source"):
        text = getattr(body, field)
        if len(text) > REMARK_MOST:
            yield (
                field,
                Message("最多 {most} 字，现有 {count} 字。", most=REMARK_MOST, count=len(text)),
            )


def _too_long(most: int, text: str) -> Message:
    return Message("最多 {most} 字，现有 {count} 字。", most=most, count=len(text))


def _about_counts(body: MaterialBody) -> Iterable[tuple[str, Message]]:
    if not 1 <= body.pages <= PAGES_MOST:
        yield "pages", Message("页数写 1 到 {most}；每面算一页，封面和衬页不算。", most=PAGES_MOST)
    if not 1 <= body.copies <= COPIES_MOST:
        yield "copies", Message("份数写 1 到 {most}。", most=COPIES_MOST)


def alike(one: MaterialBody, other: MaterialBody) -> bool:
    """Whether two lines look like the same paper filed twice: class, title and date agree."""
    return (
        one.category == other.category
        and (one.year, one.month, one.day) == (other.year, other.month, other.day)
        and squeezed(one.title) == squeezed(other.title)
    )
