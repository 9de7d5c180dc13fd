"""The people search at the top of every page."""

from __future__ import annotations

HTMX = {"HX-Request": "true"}


def test_a_few_letters_find_somebody_with_department_and_number(browser, cast):
    response = browser("hr_specialist").post("/people/search/", {"q": "沈"}, headers=HTMX)
    text = response.content.decode()
    assert f"/people/{cast.people['沈知微']}/" in text
    assert "嵌入式组" in text
    assert "020486" in text


def test_a_head_does_not_find_others(browser):
    head = browser("head", unit="研发中心")
    response = head.post("/people/search/", {"q": "罗文博"}, headers=HTMX)
    assert "没有找到" in response.content.decode()


def test_without_script_the_list_answers(browser):
    response = browser("hr_specialist").post("/people/search/", {"q": "沈知微"})
    assert "沈知微" in response.content.decode()
    assert "罗文博" not in response.content.decode()


def test_an_address_with_text_is_not_an_answer(browser):
    assert browser("hr_specialist").get("/people/search/?q=沈").status_code == 405
