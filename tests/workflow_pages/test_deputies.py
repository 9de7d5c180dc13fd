"""代理: naming somebody, seeing for whom one stands in, ending it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.workflow_pages.conftest import HEAD_OF, OTHER, WHO, at_most, main_of, url

from dangan.workflow.models import Deputy

PAGE = "/flows/deputies/"


def named(office, days: int = 3) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "account": str(office.account(OTHER)),
        "begins": today.isoformat(),
        "ends": (today + timedelta(days=days)).isoformat(),
    }


def test_both_see_it_and_the_case_comes_to_the_deputy(case, signed_in, office):
    head, other = signed_in(HEAD_OF), signed_in(OTHER)
    assert head.post(PAGE, named(office)).status_code == 302
    with at_most(12):
        text = main_of(head.get(PAGE))
    assert "罗文博" in text and "代理中" in text
    assert "陆怀瑾" in main_of(other.get(PAGE))
    assert url(case) in main_of(other.get("/flows/"))
    head.post(f"{PAGE}{Deputy.objects.get().id}/end/")
    assert url(case) not in main_of(other.get("/flows/"))


def test_what_is_wrong_is_said_and_nothing_kept(signed_in, office):
    head = signed_in(HEAD_OF)
    backwards = named(office, days=-2)
    assert "结束日期早于开始日期" in main_of(head.post(PAGE, backwards))
    oneself = named(office) | {"account": str(office.account(HEAD_OF))}
    assert "代理人要选别人" in main_of(head.post(PAGE, oneself))
    nobody = named(office) | {"account": ""}
    assert head.post(PAGE, nobody).status_code == 422
    assert not Deputy.objects.exists()


def test_strangers_end_nothing(signed_in, office):
    signed_in(HEAD_OF).post(PAGE, named(office))
    found = Deputy.objects.get()
    assert signed_in(WHO).post(f"{PAGE}{found.id}/end/").status_code == 404
    assert "罗文博" not in main_of(signed_in(WHO).get(PAGE))
    assert Deputy.objects.get().ends == found.ends
