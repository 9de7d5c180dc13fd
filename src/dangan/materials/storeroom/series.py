"""Running numbers without gaps, each given in the transaction that uses it."""

from __future__ import annotations

from django.utils import timezone

from dangan.materials.storeroom.models import Series


def next_number(word: str) -> str:
    """``PD-2026-0001``; the series is locked until the caller's transaction ends."""
    year = timezone.localdate().year
    Series.objects.get_or_create(word=word, year=year)
    row = Series.objects.select_for_update().get(word=word, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{word}-{year}-{row.last:04d}"
