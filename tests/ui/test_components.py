"""The template tags: what they draw, that they escape, that nothing carries a style attribute."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

EVIL = '"><script>alert(1)</script>'


def draw(source: str, **context: object) -> str:
    return Template("{% load dangan %}" + source).render(Context(context))


@dataclass
class Cell:
    showing: str
    value: object


@dataclass
class Page:
    total: int
    offset: int
    limit: int
    took_ms: float = 12.3


@pytest.mark.parametrize(
    "source",
    [
        "{% icon x %}",
        "{% icon 'eye' x %}",
        "{% avatar x 1 %}",
        "{% avatar 'a' 1 x %}",
        "{% state 'ok' x %}",
        "{% change x x %}",
        "{% bar 10 '' x %}",
        "{% cell cell x %}",
    ],
)
def test_every_component_escapes_what_it_is_given(source):
    text = draw(source, x=EVIL, cell=Cell("masked", EVIL))
    assert "<script>" not in text
    assert "style=" not in text


def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in draw("{% icon 'eye' %}")
    assert 'aria-label="查看"' in draw("{% icon 'eye' '查看' %}")


def test_a_portrait_without_photo_shows_the_surname_on_a_tint_that_stays():
    ident = UUID(int=7)
    text = draw("{% avatar '沈知微' i %}", i=ident)
    assert ">沈<" in text
    assert "av-3" in text
    assert draw("{% avatar '沈知微' i %}", i=ident) == text


def test_a_cell_is_plain_masked_with_an_eye_or_withheld():
    assert draw("{% cell c %}", c=Cell("plain", "男")) == "男"
    masked = draw("{% cell c '/reveal/' %}", c=Cell("masked", "138****5678"))
    assert "138****5678" in masked
    assert 'hx-get="/reveal/"' in masked
    assert "无权查看" in draw("{% cell c %}", c=Cell("hidden", "秘密"))
    assert "秘密" not in draw("{% cell c %}", c=Cell("hidden", "秘密"))
    assert "无" in draw("{% cell c %}", c=Cell("plain", None))


def test_old_and_new_are_told_apart_without_colour():
    text = draw("{% change old new %}", old="A", new="")
    assert "<del" in text
    assert "<ins" in text
    assert "（空）" in text


def test_the_pager_says_which_rows_and_keeps_the_question():
    request = RequestFactory().get("/people/", {"unit": "u", "page": "2"})
    text = draw("{% pager page target='#list' %}", page=Page(612, 50, 50), request=request)
    assert "共 612 条，第 51–100 条" in text
    assert "2 / 13" in text
    assert "unit=u&amp;page=3" in text
    assert 'hx-target="#list"' in text
    alone = draw("{% pager page %}", page=Page(3, 0, 50), request=request)
    assert "<nav" not in alone


def test_a_form_row_ties_label_help_and_error_to_the_control():
    class Form(forms.Form):
        name = forms.CharField(label="姓名", help_text="按证件填写")

    text = draw("{% field f.name %}", f=Form({"name": ""}))
    assert '<label for="id_name">' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_name-error id_name-help"' in text
    assert "form-control is-invalid" in text


def test_boxes_to_tick_are_a_group_each_with_its_own_label():
    class Form(forms.Form):
        papers = forms.MultipleChoiceField(
            label="材料",
            choices=[("1", "1-1 职工登记表"), ("2", EVIL)],
            widget=forms.CheckboxSelectMultiple,
        )

    text = draw("{% field f.papers %}", f=Form())
    assert "<legend>材料" in text
    assert text.count("<label for=") == 2
    assert '<label for="id_papers_0">' in text
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "今天 18:00"), (-1, "昨天 18:00"), (1, "明天 18:00")]
)
def test_near_times_are_said_in_words(days, expected):
    noon = timezone.localtime().replace(hour=18, minute=0) + dt.timedelta(days=days)
    assert draw("{{ t|moment }}", t=noon) == expected


def test_far_times_are_said_in_full():
    assert draw("{{ t|moment }}", t=dt.date(2016, 8, 2)) == "2016-08-02"


def test_numbers_have_thousands_and_bars_stay_within_their_frame():
    assert draw("{{ n|thousands }}", n=12846) == "12,846"
    assert 'width="100.0%"' in draw("{% bar 130 %}")


def test_wording_turns_traditional_and_keeps_what_people_wrote():
    with translation.override("zh-hant"):
        assert draw("{{ '汉族'|wording }}") == "漢族"
        assert "钟" in draw("{% avatar '钟予安' 1 %}")
