"""Custody passes by a count and three signatures, all at once."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from tests.cast import written_events
from tests.materials.office import Office

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue.models import Volume
from dangan.materials.transfers import actions, papers, queries
from dangan.materials.transfers.models import HandOver, HandOverLine
from dangan.materials.transfers.problems import TransferProblem


def begun(office: Office, **more: object) -> HandOver:
    """keeper hands everything to keeper2 before 梁慎行."""
    for name in ("沈知微", "罗文博", "俞书衡"):
        office.archive.volume(name)
    Volume.objects.update(keeper=office["keeper"])
    return actions.begin_handover(
        office.actor("keeper"),
        giver=office["keeper"],
        taker=office["keeper2"],
        supervisor=office["liang"],
        reason="岗位调整",
        **more,  # type: ignore[arg-type]  # a test's shorthand
    )


def counted(office: Office, row: HandOver) -> None:
    for line in row.lines.all():
        actions.count_volume(office.actor("keeper2"), line=line.pk, outcome="found")
    actions.finish_count(office.actor("keeper2"), handover=row.pk)


def test_three_sign_and_the_volumes_have_a_new_keeper(office: Office) -> None:
    row = begun(office)
    counted(office, row)
    with pytest.raises(TransferProblem, match="监交人再签"):
        actions.sign_handover(office.actor("liang"), handover=row.pk)
    for who in ("keeper", "keeper2"):
        actions.sign_handover(office.actor(who), handover=row.pk)
        assert not Volume.objects.filter(keeper=office["keeper2"]).exists()
    liang = office.actor("liang")
    actions.sign_handover(liang, handover=row.pk)
    assert Volume.objects.filter(keeper=office["keeper2"]).count() == 3
    assert ("custody.done", "done") in written_events(liang)
    data = papers.custody(office.actor("keeper"), row.pk)
    text = "".join(
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(io.BytesIO(data))
    )
    assert "档案移交清册" in text
    assert "梁慎行" in text


def test_what_was_not_seen_stays_with_the_giver(office: Office) -> None:
    row = begun(office)
    first, *rest = row.lines.order_by("volume__number")
    taker = office.actor("keeper2")
    with pytest.raises(TransferProblem, match="差异"):
        actions.count_volume(taker, line=first.pk, outcome="missing")
    actions.count_volume(taker, line=first.pk, outcome="missing", note="盒中没有")
    for line in rest:
        actions.count_volume(taker, line=line.pk, outcome="found")
    actions.finish_count(taker, handover=row.pk)
    for who in ("keeper", "keeper2", "liang"):
        actions.sign_handover(office.actor(who), handover=row.pk)
    assert Volume.objects.get(pk=first.volume_id).keeper == office["keeper"]
    assert Volume.objects.filter(keeper=office["keeper2"]).count() == 2
    view = queries.handover(office.actor("liang"), row.pk)
    assert (view.missing, view.lines[0].note) == (1, "盒中没有")
    assert "盒中没有".encode() not in bytes(HandOverLine.objects.get(pk=first.pk).sealed_note)


def test_only_the_taker_counts_and_a_count_goes_on_later(office: Office) -> None:
    row = begun(office)
    line = row.lines.all()[0]
    with pytest.raises(Refused):
        actions.count_volume(office.actor("keeper"), line=line.pk, outcome="found")
    actions.count_volume(office.actor("keeper2"), line=line.pk, outcome="found")
    with pytest.raises(TransferProblem, match="没有清点"):
        actions.finish_count(office.actor("keeper2"), handover=row.pk)
    assert queries.handover(office.actor("keeper2"), row.pk).left == 2


def test_a_sample_counts_at_least_one(office: Office) -> None:
    row = begun(office, count_all=False)
    assert row.lines.filter(drawn=True).count() == 1
    drawn = row.lines.get(drawn=True)
    actions.count_volume(office.actor("keeper2"), line=drawn.pk, outcome="found")
    actions.finish_count(office.actor("keeper2"), handover=row.pk)
    for who in ("keeper", "keeper2", "liang"):
        actions.sign_handover(office.actor(who), handover=row.pk)
    assert Volume.objects.filter(keeper=office["keeper2"]).count() == 3


@pytest.mark.parametrize(
    ("giver", "taker", "supervisor"),
    [
        ("keeper", "keeper", "liang"),
        ("keeper", "keeper2", "keeper2"),
        ("keeper", "he", "liang"),
        ("keeper", "keeper2", "he"),
    ],
)
def test_three_people_each_fit_for_their_part(
    office: Office, giver: str, taker: str, supervisor: str
) -> None:
    office.archive.volume("沈知微")
    Volume.objects.update(keeper=office["keeper"])
    with pytest.raises(TransferProblem):
        actions.begin_handover(
            office.actor("keeper"),
            giver=office[giver],
            taker=office[taker],
            supervisor=office[supervisor],
            reason="岗位调整",
        )
    assert not HandOver.objects.exists()


def test_nobody_gives_away_what_another_keeps(office: Office) -> None:
    office.archive.volume("沈知微")
    Volume.objects.update(keeper=office["keeper"])
    with pytest.raises(Refused):
        actions.begin_handover(
            office.actor("keeper2"),
            giver=office["keeper"],
            taker=office["keeper2"],
            supervisor=office["liang"],
            reason="岗位调整",
        )


def test_one_hand_over_at_a_time_and_it_can_be_cancelled(office: Office) -> None:
    row = begun(office)
    with pytest.raises(TransferProblem, match="没办完"):
        actions.begin_handover(
            office.actor("keeper"),
            giver=office["keeper"],
            taker=office["keeper2"],
            supervisor=office["liang"],
            reason="岗位调整",
        )
    with pytest.raises(Refused):
        actions.cancel_handover(office.actor("keeper2"), handover=row.pk)
    actions.cancel_handover(office.actor("keeper"), handover=row.pk)
    with pytest.raises(TransferProblem):
        actions.sign_handover(office.actor("keeper"), handover=row.pk)


def test_strangers_see_no_list(office: Office) -> None:
    row = begun(office)
    with pytest.raises(Absent):
        queries.handover(office.actor("he"), row.pk)
    with pytest.raises(Absent):
        actions.sign_handover(office.actor("boss"), handover=row.pk)
