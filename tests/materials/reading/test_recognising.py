"""Cards, certificates and household pages are read into values; what contradicts is doubtful."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.cast import with_check_digit

from dangan.materials.reading.rules.lines import Line
from dangan.materials.reading.rules.recognition import Document, recognise
from dangan.materials.reading.rules.recognition.dates import iso, number

ID = with_check_digit("33010619910612204X")


def lines(*texts: str, score: int = 95) -> list[Line]:
    return [
        Line(text, 100, 50 * place, 800, 50 * place + 30, score) for place, text in enumerate(texts)
    ]


def only(*texts: str) -> Document:
    (found,) = recognise(lines(*texts))
    return found


def values(document: Document) -> dict[str, str]:
    return {value.field: value.text for value in document.values}


def test_the_front_of_an_identity_card_is_read_and_checked_by_its_number() -> None:
    found = only(
        "姓名 沈知微", "性别 女 民族 汉", "出生 1991 年 6 月 12 日",
        "住址 浙江省杭州市西湖区文三路", "478号3幢201室", f"公民身份号码 {ID}",
    )  # fmt: skip
    assert found.kind == "id_front"
    assert values(found) == {
        "name": "沈知微",
        "sex": "女",
        "ethnicity": "汉",
        "birth_date": "1991-06-12",
        "household_address": "浙江省杭州市西湖区文三路478号3幢201室",
        "id_number": ID,
    }
    notes = {value.field: (value.note, value.lines) for value in found.values}
    assert notes["birth_date"] == ("agrees", (2,))
    assert notes["household_address"] == ("", (3, 4))


def test_a_card_whose_sex_contradicts_its_number_is_doubtful() -> None:
    found = only("姓名", "沈知微", "性别男民族汉", "出生1991年6月12日", "公民身份号码", ID)
    (sex,) = [value for value in found.values if value.field == "sex"]
    assert (sex.note, sex.confidence) == ("contradicts", 60)


def test_a_number_whose_check_digit_is_wrong_is_said_to_be_wrong() -> None:
    wrong = ID[:17] + ("1" if ID[17] != "1" else "2")
    found = only("姓名沈知微", "性别女民族汉", "公民身份号码" + wrong)
    (seen,) = [value for value in found.values if value.field == "id_number"]
    assert seen.note == "invalid"
    assert "birth_date" not in values(found)


def test_letters_taken_for_digits_are_put_right_when_the_check_digit_agrees() -> None:
    found = only("姓名沈知微", "性别女民族汉", "公民身份号码" + ID.replace("0", "O"))
    assert values(found)["id_number"] == ID


def test_both_sides_copied_onto_one_sheet_are_two_documents() -> None:
    found = recognise(
        lines(
            "姓名沈知微", "性别女民族汉", "出生1991年6月12日", "公民身份号码" + ID,
            "中华人民共和国", "居民身份证", "签发机关 杭州市公安局西湖分局",
            "有效期限 2015.03.07-2035.03.07",
        )
    )  # fmt: skip
    assert [document.kind for document in found] == ["id_front", "id_back"]
    assert values(found[1]) == {
        "authority": "杭州市公安局西湖分局",
        "validity": "2015.03.07-2035.03.07",
    }


def test_a_graduation_certificate() -> None:
    found = only(
        "普通高等学校", "毕业证书",
        "学生 沈知微 性别 女，一九九一年六月十二日生，于二〇一三年",
        "九月至二〇一六年六月在本校 计算机科学与技术 专业",
        "三年制 硕士研究生 学习，修完教学计划规定的全部课程，成绩合格，",
        "毕业论文答辩通过，准予毕业。", "浙江大学  校长：", "证书编号：103351201602000123",
        "二〇一六年六月二十日",
    )  # fmt: skip
    assert (found.kind, found.info_set, found.name) == ("graduation", "education", "沈知微")
    assert values(found) == {
        "start": "2013-09",
        "end": "2016-06",
        "school": "浙江大学",
        "major": "计算机科学与技术",
        "level": "硕士研究生",
        "study_form": "全日制",
        "length": "3年",
        "certificate_number": "103351201602000123",
    }


def test_a_certificate_of_adult_education_says_how_one_studied() -> None:
    found = only(
        "成人高等教育", "毕业证书",
        "学生 俞书衡 性别男，1985年5月5日生，于2003年9月至2006年7月在本校会计学专业函授专科起点"
        "本科学习，修完教学计划规定的全部课程，成绩合格，准予毕业。",
        "校名：杭州电子科技大学", "证书编号：103365200605000456", "2006年7月1日",
    )  # fmt: skip
    seen = values(found)
    assert (seen["level"], seen["study_form"]) == ("大学本科", "函授")
    assert seen["certificate_number"] == "103365200605000456"
    assert seen["school"] == "杭州电子科技大学"


def test_a_degree_certificate() -> None:
    found = only(
        "学士学位证书", "沈知微，女，1991年6月12日生。在浙江大学",
        "计算机科学与技术专业完成了本科学习计划，业已毕业，",
        "经审核符合《中华人民共和国学位条例》的规定，", "授予工学学士学位。", "浙江大学", "校长",
        "证书编号：1033542013000789", "二〇一三年六月三十日",
    )  # fmt: skip
    assert (found.kind, found.name) == ("degree", "沈知微")
    assert values(found) == {
        "degree": "工学学士学位",
        "awarded": "2013-06-30",
        "awarded_by": "浙江大学",
        "major": "计算机科学与技术",
        "certificate_number": "1033542013000789",
    }


def test_a_page_of_the_household_register() -> None:
    found = only(
        "常住人口登记卡", "姓名 沈知微 户主或与户主关系 妻", "曾用名 无 性别 女",
        "出生地 浙江省杭州市 民族 汉族", "籍贯 浙江省绍兴市 出生日期 1991年6月12日",
        f"公民身份证件编号 {ID} 身高 165厘米 血型 A", "文化程度 研究生 婚姻状况 已婚 兵役状况",
    )  # fmt: skip
    assert found.kind == "household"
    seen = values(found)
    assert (seen["native_place"], seen["birthplace"]) == ("浙江省绍兴市", "浙江省杭州市")
    assert (seen["id_number"], seen["birth_date"]) == (ID, "1991-06-12")
    assert "former_name" not in seen


def test_an_ordinary_page_is_no_document() -> None:
    assert recognise(lines("关于沈知微同志任职的通知", "经研究决定，任命为高级工程师。")) == []
    assert recognise([]) == []


def test_dates_as_certificates_write_them() -> None:
    assert iso("二〇一六年六月二十日") == "2016-06-20"
    assert iso("一九九一年十二月三十一日") == "1991-12-31"
    assert iso("2006年7月1日") == "2006-07-01"
    assert iso("2013年9月") == "2013-09"
    assert iso("2013年19月") == ""
    assert number("廿三") == 23


@given(st.lists(st.text(max_size=40), max_size=12))
def test_no_text_makes_it_fail(texts: list[str]) -> None:
    for document in recognise(lines(*texts, "毕业证书", "公民身份号码", "户主关系")):
        for value in document.values:
            assert value.text
            assert 0 <= value.confidence <= 100
