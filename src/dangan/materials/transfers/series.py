"""Running numbers without gaps, each given in the transaction that uses it."""

from __future__ import annotations

from dangan.materials.transfers.models import Series


def next_number(word: str, year: int) -> int:
    """The next number of a word and year; its row is locked until the caller's transaction ends."""
    Series.objects.get_or_create(word=word, year=year)
    row = Series.objects.select_for_update().get(word=word, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
