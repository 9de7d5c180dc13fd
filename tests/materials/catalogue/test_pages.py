"""The pages of the catalogue: list, volume, lines, numbers, marks, copies, settings."""

from __future__ import annotations

import io
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.archive import Archive
from tests.browsers import Browser
from tests.dossiers_pages.conftest import few_statements

from dangan.access.models import Account
from dangan.materials.catalogue import actions, grants, queries
from dangan.materials.catalogue.models import Material, Reader, Settings, Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody

LINE = {
    "category": "2",
    "title": "思想汇报",
    "formed": "2020-05",
    "pages": "2",
    "copies": "1",
    "matter": "",
    "stage": "",
    "rank": "",
    "source": "",
    "remark": "",
    "secrecy": "0",
}


@pytest.fixture
def volume(archive: Archive) -> Volume:
    return archive.volume("沈知微")


@pytest.fixture
def archivist(browser: Browser) -> Client:
    return browser("archivist", name="俞书衡")


def at(name: str, *args: object) -> str:
    return reverse(f"catalogue:{name}", args=args)


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_the_list_shows_counts_and_finds_by_words(
    archive: Archive, volume: Volume, archivist: Client
) -> None:
    archive.volume("陆怀瑾", "cadre", lines=False)
    with few_statements(more=2):
        listed = text(archivist, at("volumes"))
    assert "沈知微" in listed
    assert "HD-Y-00001" in listed
    assert "3 份" in listed
    assert "陆怀瑾" not in text(archivist, at("volumes") + "?kind=staff")
    found = archivist.post(at("volumes"), {"q": "szw"}).content.decode()
    assert "沈知微" in found
    assert "陆怀瑾" not in found
    assert "沈知微" not in text(archivist, at("volumes") + "?standing=lent")
    for nonsense in ("?kind=x&standing=y&secrecy=9&unit=z&scanned=q&page=-1", "?page=99999"):
        assert archivist.get(at("volumes") + nonsense).status_code == 200


def test_the_list_keeps_to_the_branch_and_tells_nothing_of_ones_own_cadre_file(
    archive: Archive, volume: Volume, browser: Browser
) -> None:
    archive.volume("何雨桐", "cadre")
    south = browser("archivist", unit="华南公司")
    assert "沈知微" not in text(south, at("volumes"))
    own = browser("archivist", name="何雨桐")
    listed = text(own, at("volumes"))
    assert "回避" in listed
    assert str(archive.volumes["何雨桐"].pk) not in listed


def test_the_catalogue_shows_lines_by_class_and_notes_the_look(
    archive: Archive, volume: Volume, archivist: Client
) -> None:
    with few_statements(more=4):
        shown = text(archivist, at("volume", volume.pk))
    for word in ("职工登记表", "4-1-1", "2016-06-20", "学历学位材料", "3 份 7 页"):
        assert word in shown
    part = text(archivist, at("volume", volume.pk) + "?class=4")
    assert "毕业研究生登记表" in part
    assert "职工登记表" not in part
    material = archive.materials["毕业研究生登记表"]
    with few_statements(more=5):
        one = text(archivist, at("volume", volume.pk) + f"?material={material}")
    assert "本次查看已记录" in one
    assert archivist.get(at("material", material)).status_code == 302
    for wrong in (f"?material={uuid4()}", "?material=x"):
        assert archivist.get(at("volume", volume.pk) + wrong).status_code == 404
    assert archivist.get(at("volume", uuid4())).status_code == 404


PAGES = ("volume", "edit_volume", "readers", "copy", "numbers", "numbers_pdf", "file", "removed")


@pytest.mark.parametrize("name", PAGES)
def test_who_may_not_finds_no_page(
    archive: Archive, volume: Volume, browser: Browser, name: str
) -> None:
    assert browser("archivist").get(at(name, volume.pk)).status_code == 200
    for client, codes in (
        (browser("hr_specialist"), {403, 404}),
        (browser("it"), {403}),
        (browser(name="沈知微"), {403, 404}),
        (browser("archivist", unit="华南公司"), {404}),
    ):
        assert client.get(at(name, volume.pk)).status_code in codes, name


@pytest.mark.parametrize("name", ["material", "edit", "remove", "mark", "history"])
def test_who_may_not_finds_no_material(
    archive: Archive, volume: Volume, browser: Browser, name: str
) -> None:
    material = archive.materials["职工登记表"]
    assert browser("archivist").get(at(name, material)).status_code in {200, 302}
    for client in (browser("hr_specialist"), browser("archivist", unit="华南公司")):
        assert client.get(at(name, material)).status_code in {403, 404}
    assert browser("archivist").get(at(name, uuid4())).status_code == 404


def test_nobody_opens_their_own_cadre_file(archive: Archive, browser: Browser) -> None:
    volume = archive.volume("何雨桐", "cadre")
    own = browser("archivist", name="何雨桐")
    assert own.get(at("volume", volume.pk)).status_code == 403
    assert own.get(at("pdf", volume.pk, "2012")).status_code == 403


def test_a_material_is_filed_with_its_number_foretold(
    archive: Archive, volume: Volume, archivist: Client
) -> None:
    assert "登记材料" in text(archivist, at("file", volume.pk) + "?class=2")
    foretold = archivist.post(at("preview", volume.pk), LINE).content.decode()
    assert "2-1" in foretold
    answer = archivist.post(at("file", volume.pk), LINE)
    assert answer.status_code == 302
    assert "class=2" in answer["Location"]
    assert "思想汇报" in text(archivist, answer["Location"])
    again = archivist.post(at("file", volume.pk), LINE)
    assert again.status_code == 422
    assert "照样登记" in again.content.decode()
    archivist.post(at("file", volume.pk), LINE | {"duplicate": "on"})
    assert Material.objects.count() == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "必填"),
        ({"category": "4"}, "4"),
        ({"formed": "去年"}, "形成时间写成"),
        ({"formed": "2099-01"}, "今天之后"),
        ({"pages": "0"}, "1"),
    ],
)
def test_a_line_that_cannot_be_comes_back_with_what_was_typed(
    volume: Volume, archivist: Client, wrong: dict[str, str], said: str
) -> None:
    answer = archivist.post(at("file", volume.pk), LINE | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Material.objects.count() == 3


def test_who_comes_second_sees_base_theirs_and_mine(
    archive: Archive, volume: Volume, archivist: Client
) -> None:
    material = archive.materials["职工登记表"]
    mine = LINE | {"category": "1", "title": "我的名称", "formed": "2016-07-11"}
    body = MaterialBody(
        category="1", title="他的名称", year=2016, month=7, day=11, pages=2, remark="他的备注"
    )
    actions.change_material(archive.archivist, material=material, version=1, body=body)
    clash = archivist.post(at("edit", material), mine | {"version": "1"})
    assert clash.status_code == 409
    said = clash.content.decode()
    for word in ("职工登记表", "他的名称", "我的名称", "他的备注"):
        assert word in said
    picked = {"version": "2", "pick-title": "mine", "pick-remark": "theirs"}
    assert archivist.post(at("edit", material), mine | picked).status_code == 302
    row = Material.objects.get(pk=material)
    looked, item = queries.material(archive.archivist, material)
    assert (row.version, item.body.title, item.body.remark) == (3, "我的名称", "他的备注")
    assert "他的名称" in text(archivist, at("history", material))
    assert looked.volume == volume


def test_numbers_are_printed_and_noted_as_rewritten(
    archive: Archive, volume: Volume, archivist: Client
) -> None:
    shown = text(archivist, at("numbers", volume.pk))
    assert "新编" in shown
    assert archivist.get(at("numbers_pdf", volume.pk))["Content-Type"] == "application/pdf"
    found = queries.arranged(queries.look(archive.archivist, volume.pk))
    wrong = archivist.post(at("renumber", volume.pk), {"fingerprint": "x"}, follow=True)
    assert "刚有变化" in wrong.content.decode()
    archivist.post(at("renumber", volume.pk), {"fingerprint": found.fingerprint})
    assert "编号与目录一致" in text(archivist, at("numbers", volume.pk))


def test_a_material_is_taken_out_and_put_back(
    archive: Archive, volume: Volume, archivist: Client
) -> None:
    material = archive.materials["职工登记表"]
    refused = archivist.post(at("remove", material), {"version": "1", "reason": ""})
    assert refused.status_code == 422
    archivist.post(at("remove", material), {"version": "1", "reason": "重复件"})
    listed = text(archivist, at("removed", volume.pk))
    assert "重复件" in listed
    assert "职工登记表" not in text(archivist, at("volume", volume.pk))
    archivist.post(at("restore", material), {"version": "2"})
    assert "职工登记表" in text(archivist, at("volume", volume.pk))


def test_marks_and_readers(
    archive: Archive, volume: Volume, archivist: Client, browser: Browser
) -> None:
    second = browser("archivist", name="梁慎行")
    named = Account.objects.latest("created_at")
    material = archive.materials["职工登记表"]
    mark = {"version": "1", "secrecy": "3", "reason": "商业秘密"}
    assert archivist.post(at("mark", material), mark).status_code == 302
    assert "绝密" in text(archivist, at("volume", volume.pk))
    hidden = text(second, at("volume", volume.pk))
    assert "职工登记表" not in hidden
    assert "另有 1 份标密材料" in hidden
    assert "2 份 5 页" in hidden
    assert second.get(at("material", material)).status_code == 404
    assert "职工登记表" not in text(second, at("readers", volume.pk))
    archivist.post(at("readers", volume.pk), {"account": str(named.pk), "material": str(material)})
    assert "职工登记表" in text(second, at("volume", volume.pk))
    reader = Reader.objects.get(account=named.pk)
    archivist.post(at("end_reader", reader.pk))
    assert "职工登记表" not in text(second, at("volume", volume.pk))
    assert archivist.post(at("end_reader", uuid4())).status_code == 404


def test_volume_data_and_its_mark_are_changed(volume: Volume, archivist: Client) -> None:
    sent = {
        "retention": "y30",
        "books": "2",
        "fonds": str(volume.fonds_id),
        "version": str(volume.version),
    }
    assert archivist.post(at("edit_volume", volume.pk), sent).status_code == 302
    assert archivist.post(at("edit_volume", volume.pk), sent).status_code == 422
    volume.refresh_from_db()
    mark = {"secrecy": "1", "reason": "商业秘密", "version": str(volume.version)}
    assert archivist.post(at("mark_volume", volume.pk), mark).status_code == 302
    assert "秘密" in text(archivist, at("volume", volume.pk))
    assert "30 年" in text(archivist, at("volume", volume.pk))


def test_a_copy_is_opened_and_brought_up_to_date(
    archive: Archive, volume: Volume, archivist: Client
) -> None:
    material = archive.materials["职工登记表"]
    assert archivist.post(at("copy", volume.pk), {}).status_code == 422
    archivist.post(at("copy", volume.pk), {"materials": [str(material)]})
    copy = Volume.objects.get(copy="partial")
    assert archivist.get(at("sync", volume.pk)).status_code == 404
    archivist.post(at("remove", material), {"version": "1", "reason": "重复件"})
    assert "1 个副本待更新" in text(archivist, at("volumes"))
    assert "沈知微" in text(archivist, at("copies"))
    assert "已剔除" in text(archivist, at("sync", copy.pk))
    archivist.post(at("sync", copy.pk))
    assert "副本都与正本一致" in text(archivist, at("copies"))


def test_a_volume_is_opened(archive: Archive, archivist: Client) -> None:
    sent = {
        "person": "罗文博",
        "kind": "staff",
        "fonds": str(archive.fonds),
        "retention": "permanent",
        "secrecy": "0",
    }
    answer = archivist.post(at("open"), sent)
    assert answer.status_code == 302
    assert "还没有材料" in text(archivist, answer["Location"])
    assert archivist.post(at("open"), sent).status_code == 422
    assert archivist.post(at("open"), sent | {"person": "没有此人"}).status_code == 422


def test_a_grant_lets_in_to_what_it_names_only(
    archive: Archive, volume: Volume, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted = archive.materials["职工登记表"]
    until = timezone.now() + timezone.timedelta(hours=8)
    monkeypatch.setitem(
        grants._providers,
        "test",
        lambda _actor, _volume: [grants.Grant("CY-2026-0001", until, frozenset({granted}))],
    )
    reader = browser("hr_specialist")
    shown = text(reader, at("volume", volume.pk) + f"?material={granted}")
    assert "事由：CY-2026-0001" in shown
    assert "毕业研究生登记表" not in shown
    for word in ("保管期限", "登记材料", "另有", "打印目录"):
        assert word not in shown
    for name in ("numbers", "removed", "numbers_pdf"):
        assert reader.get(at(name, volume.pk)).status_code in {403, 404}
    assert reader.get(at("pdf", volume.pk, "2012")).status_code in {403, 404}


@pytest.mark.parametrize("layout", ["2012", "1991"])
def test_the_catalogue_is_printed_in_both_layouts(
    archive: Archive, volume: Volume, archivist: Client, browser: Browser, layout: str
) -> None:
    archivist.post(
        at("mark", archive.materials["工资变动审批表"]),
        {"version": "1", "secrecy": "3", "reason": "商业秘密"},
    )
    printed = paper(archivist, at("pdf", volume.pk, layout))
    for word in ("职工档案目录", "沈知微", "HD-Y-00001", "毕业研究生登记表", "绝密", "备"):
        assert word in printed
    assert ("份数" in printed) == (layout == "1991")
    other = paper(browser("archivist"), at("pdf", volume.pk, layout))
    assert "工资变动审批表" not in other
    assert "绝密" not in other
    assert archivist.get(at("pdf", volume.pk, "1966")).status_code == 404
    assert (
        browser("archivist", unit="华南公司").get(at("pdf", volume.pk, layout)).status_code == 404
    )


def paper(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    pages = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(pages).split())


def test_the_room_is_set_up(archive: Archive, archivist: Client, browser: Browser) -> None:
    Settings.objects.all().delete()
    assert "企业无权保管人事档案" in text(archivist, at("settings"))
    sent = {"version": "1", "kinds": ["employee_file", "cadre"], "authority": "", "loan_days": "5"}
    assert archivist.post(at("settings"), sent).status_code == 422
    assert archivist.post(at("settings"), sent | {"authority": "1 号"}).status_code == 302
    assert queries.settings().loan_days == 5
    assert browser("hr_manager").get(at("settings")).status_code == 403
    made = archivist.post(at("open_fonds"), {"code": "HN", "name": "华南公司", "unit": ""})
    assert made.status_code == 302
    assert "HN" in text(archivist, at("settings"))
    fonds = str(archive.fonds)
    renamed = archivist.post(at("fonds", fonds), {"name": "示例总部", "unit": "", "closed": "on"})
    assert renamed.status_code == 302
    assert archivist.get(at("fonds", uuid4())).status_code == 404


def test_volumes_are_suggested_while_typing(volume: Volume, archivist: Client) -> None:
    said = archivist.post(at("suggest", "view"), {"volume": "szw"}).content.decode()
    assert f'data-volume="{volume.pk}"' in said
    assert "没有匹配" in archivist.post(at("suggest", "use"), {"volume": "zz"}).content.decode()


def test_from_the_dossier_to_the_volume_for_keepers_only(
    archive: Archive, volume: Volume, archivist: Client, browser: Browser
) -> None:
    person = archive.cast.people["沈知微"]
    page = reverse("dossiers:dossier", args=[person])
    link = at("of_person", person)
    assert link in text(archivist, page)
    assert link not in text(browser("hr_specialist"), page)
    answer = archivist.get(link)
    assert answer.status_code == 302
    assert answer["Location"] == at("volume", volume.pk)
    archive.volume("沈知微", "employee_file", lines=False)
    assert "单位自有资料" in text(archivist, link)
    assert "还没有立卷" in text(archivist, at("of_person", archive.cast.people["罗文博"]))
    assert browser("hr_specialist").get(link).status_code == 403
    assert browser("archivist", unit="华南公司").get(link).status_code == 404
    assert archivist.get(at("of_person", uuid4())).status_code == 404
