"""What long tests measured is printed and kept, each line with its day."""

from __future__ import annotations

from tests.soak.figures import Line, aligned, document, merged, shown

OLD = Line("rounds survived", "200", "≥ 200", "yes", "2026-11-01")
NEW = Line("rounds survived", "150", "≥ 200", "**no**", "2026-11-02")
OTHER = Line("matrix cells", "60,000", "≥ 50 000", "yes", "2026-11-01")


def test_a_new_measurement_takes_the_place_of_the_old_and_leaves_the_others() -> None:
    kept = document([OLD, OTHER])
    assert merged(kept, [NEW]) == [NEW, OTHER]
    assert merged("", [NEW]) == [NEW]
    assert merged(document(merged(kept, [NEW])), []) == [NEW, OTHER]


def test_numbers_are_short_and_rows_stand_under_each_other() -> None:
    assert shown(12345, "") == "12,345"
    assert shown(0.123456, "s") == "0.123 s"
    assert shown(1234.56, "ms") == "1,235 ms"
    assert shown("throttled after 5", "") == "throttled after 5"
    assert aligned([("a", "bb"), ("ccc", "d")]) == ["a    bb", "ccc  d "]
