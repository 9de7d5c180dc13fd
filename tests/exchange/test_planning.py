"""Joining sheets, matching stored people and rows, whole or nothing, rights."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.exchange.books import xlsx

from dangan.access.queries import console_actor
from dangan.access.rules import Actor, Refused
from dangan.audit import actions as audit_actions
from dangan.audit.rules import Event
from dangan.dossiers import queries as dossiers
from dangan.dossiers.actions import save_row
from dangan.dossiers.models import Change, Record, Subject
from dangan.exchange.actions import run_import
from dangan.exchange.importing import File
from dangan.exchange.progress import Stopped
from dangan.exchange.rules.report import ImportReport
from dangan.organization import actions as organization_actions


def check_digit(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


ID_ONE, ID_TWO = check_digit("11010119900307803"), check_digit("31010119800101001")


def bring(actor: Actor, sheets, **how) -> ImportReport:
    return run_import(actor, [File("people.xlsx", xlsx(sheets))], **how)


def reasons(report: ImportReport) -> list[str]:
    return [str(finding.message) for finding in report.errors]


def stored(number: str) -> dict[str, list[dict[str, object]]]:
    subject = dossiers.find_by_unique("identity.employee_number", number)
    assert subject is not None
    rows = dossiers.rows_for_planning(console_actor(), [subject])[subject]
    return {key: [dict(row.values) for row in items] for key, items in rows.items()}


@pytest.fixture
def actor(cast: Cast) -> Actor:
    return console_actor(purpose="测试")


def test_an_existing_person_is_found_by_id_number_and_updated(actor):
    bring(actor, [["姓名", "工号", "身份证号", "手机"], ["李四", "N1", ID_ONE, "13800138000"]])
    again = bring(actor, [["姓名", "身份证号", "手机"], ["李四", ID_ONE, "13900139000"]])
    assert (again.imported, again.updated) == (0, 1)
    assert stored("N1")["contact"] == [{"mobile": "13900139000"}]


def test_an_existing_person_is_found_by_employee_number(actor):
    bring(actor, [["姓名", "工号", "民族"], ["李四", "N1", "汉"]])
    again = bring(actor, [["姓名", "工号", "民族"], ["李四", "N1", "回族"]])
    assert (again.imported, again.updated) == (0, 1)
    assert stored("N1")["identity"][0]["ethnicity"] == "03"


def test_only_what_differs_is_written(actor):
    bring(actor, [["姓名", "工号", "手机"], ["李四", "N1", "13800138000"]])
    records = Record.objects.count()
    bring(actor, [["姓名", "工号", "手机"], ["李四", "N1", "13900139000"]])
    assert Record.objects.count() == records + 1
    assert Change.objects.filter(kind="import").latest("id").sets == ["contact"]


def test_an_empty_cell_leaves_what_is_stored(actor):
    bring(actor, [["姓名", "工号", "民族"], ["李四", "N1", "汉族"]])
    again = bring(actor, [["姓名", "工号", "民族"], ["李四", "N1", ""]])
    assert again.unchanged == 1
    assert stored("N1")["identity"][0]["ethnicity"] == "01"


def test_two_numbers_that_belong_to_two_people_are_refused(actor):
    bring(
        actor,
        [["姓名", "工号", "身份证号"], ["李四", "N1", ID_ONE], ["王五", "N2", ID_TWO]],
    )
    mixed = bring(actor, [["姓名", "工号", "身份证号"], ["李四", "N2", ID_ONE]])
    assert "分属两个人" in reasons(mixed)[0]
    assert mixed.errors[0].place.column == "工号"


def test_two_rows_that_mean_one_stored_person_are_refused(actor):
    bring(actor, [["姓名", "工号", "身份证号"], ["李四", "N1", ID_ONE]])
    twice = bring(
        actor,
        [["姓名", "工号", "身份证号"], ["李四", "N1", ""], ["李四", "", ID_ONE]],
    )
    assert "同一份档案" in reasons(twice)[0]


def test_of_two_rows_with_one_number_the_later_is_bad(actor):
    report = bring(
        actor, [["姓名", "工号"], ["李四", "N1"], ["王五", "N1"], ["赵六", "N2"]], mode="skip-bad"
    )
    assert [(f.place.row, f.place.column) for f in report.errors] == [(3, "工号")]
    assert report.imported == 2


def test_rows_of_a_repeating_set_are_matched_by_what_names_them(actor):
    people = [["工号", "姓名"], ["N1", "李四"]]
    jobs = [["工号", "起始时间", "结束时间", "单位", "职务"],
            ["N1", "2010-07", "2015-06", "甲公司", "职员"],
            ["N1", "2015-07", "至今", "乙公司", "主管"]]  # fmt: skip
    bring(actor, {"基本信息": people, "工作经历": jobs})
    assert len(stored("N1")["work_experience"]) == 2
    jobs[2][4] = "经理"
    report = bring(actor, {"工作经历": jobs})
    assert (report.seen, report.updated) == (1, 1)
    rows = stored("N1")["work_experience"]
    assert len(rows) == 2
    assert {row["position"] for row in rows} == {"职员", "经理"}


def test_two_rows_that_are_alike_stay_two(actor):
    rows = [["工号", "称谓", "姓名"], ["N1", "子", "小明"], ["N1", "子", "小明"]]
    sheets = {"基本信息": [["工号", "姓名"], ["N1", "李四"]], "家庭成员": rows}
    bring(actor, sheets)
    bring(actor, sheets)
    assert len(stored("N1")["family"]) == 2


def test_a_second_sheet_of_single_values_joins_the_first(actor):
    sheets = {
        "基本信息": [["工号", "姓名"], ["N1", "李四"]],
        "联系方式": [["工号", "手机", "邮箱"], ["N1", "13800138000", "a@example.com"]],
    }
    report = bring(actor, sheets)
    assert (report.seen, report.imported, report.errors) == (1, 1, [])
    assert stored("N1")["contact"] == [{"mobile": "13800138000", "email": "a@example.com"}]


def test_sheets_that_contradict_each_other_are_named(actor):
    sheets = {
        "基本信息": [["工号", "姓名", "手机"], ["N1", "李四", "13800138000"]],
        "联系方式": [["工号", "手机"], ["N1", "13900139000"]],
    }
    report = bring(actor, sheets)
    assert (report.errors[0].place.sheet, report.errors[0].place.column) == ("联系方式", "手机")
    assert "基本信息" in reasons(report)[0]


def test_a_number_with_another_name_is_refused(actor):
    sheets = {
        "基本信息": [["工号", "姓名"], ["N1", "李四"]],
        "教育经历": [["工号", "姓名", "学校", "学历"], ["N1", "王五", "某大学", "大学本科"]],
    }
    report = bring(actor, sheets)
    assert [(f.place.sheet, f.place.row, f.place.column) for f in report.errors] == [
        ("教育经历", 2, "姓名")
    ]


def test_rows_of_somebody_who_stays_out_stay_out_too(actor):
    sheets = {
        "基本信息": [["工号", "姓名", "身份证号"], ["N1", "李四", "123"], ["N2", "王五", ""]],
        "教育经历": [["工号", "学校"], ["N1", "某大学"], ["N2", "某大学"]],
    }
    report = bring(actor, sheets, mode="skip-bad")
    assert [(f.place.sheet, f.place.row) for f in report.errors] == [
        ("基本信息", 2),
        ("教育经历", 2),
    ]
    assert report.sheets["教育经历"].imported == 1
    assert report.imported == 1


def test_a_bad_row_of_a_set_leaves_its_person_in(actor):
    sheets = {
        "基本信息": [["工号", "姓名"], ["N1", "李四"]],
        "教育经历": [["工号", "学校", "入学时间"], ["N1", "某大学", "不知道"]],
    }
    report = bring(actor, sheets, mode="skip-bad")
    assert (report.imported, len(report.errors)) == (1, 1)
    assert "education" not in stored("N1")


def test_a_department_is_found_by_name_or_path_and_a_shared_name_is_not(actor, cast):
    organization_actions.load_units(actor, [("示例集团/华南公司/研发中心", "department")])
    heads = ["姓名", "工号", "部门"]
    found = bring(actor, [heads, ["李四", "N1", "财务部"], ["王五", "N2", "华东公司/研发中心"]])
    assert found.errors == []
    assert Subject.objects.filter(unit=cast.units["财务部"]).count() == 2
    shared = bring(actor, [heads, ["赵六", "N3", "研发中心"]])
    assert "完整路径" in reasons(shared)[0]
    assert shared.errors[0].place.value == "研发中心"


def test_the_system_own_identifiers_are_no_names(actor, cast):
    unit = str(cast.units["财务部"])
    report = bring(actor, [["姓名", "工号", "部门"], ["李四", "N1", unit]])
    assert "内部的标识" in reasons(report)[0]


def test_supervisors_are_found_in_the_file_and_among_the_stored(actor, cast):
    heads = ["姓名", "工号", "直接上级"]
    report = bring(
        actor, [heads, ["李四", "N1", "王五"], ["王五", "N2", "020104"], ["赵六", "N3", "沈知微"]]
    )
    assert report.errors == []
    five = dossiers.find_by_unique("identity.employee_number", "N2")
    assert stored("N1")["post"][0]["supervisor"] == str(five)
    assert stored("N2")["post"][0]["supervisor"] == str(cast.people["陆怀瑾"])
    assert stored("N3")["post"][0]["supervisor"] == str(cast.people["沈知微"])


def test_an_unknown_supervisor_and_a_loop_are_named(actor):
    heads = ["姓名", "工号", "直接上级"]
    unknown = bring(actor, [heads, ["李四", "N1", "查无此人"]])
    assert (unknown.errors[0].place.row, unknown.errors[0].place.column) == (2, "直接上级")
    loop = bring(actor, [heads, ["李四", "N1", "N2"], ["王五", "N2", "N3"], ["赵六", "N3", "N1"]])
    assert {f.place.row for f in loop.errors} == {2, 3, 4}
    assert "绕成了圈" in reasons(loop)[0]
    own = bring(actor, [heads, ["李四", "N1", "N1"]])
    assert "本人" in reasons(own)[0]


def test_a_loop_through_a_stored_person_is_named(actor):
    heads = ["姓名", "工号", "直接上级"]
    bring(actor, [heads, ["李四", "N1", ""], ["王五", "N2", "N1"]])
    report = bring(actor, [heads, ["李四", "N1", "N2"]])
    assert "绕成了圈" in reasons(report)[0]


def test_two_supervisors_of_one_name_need_a_number(actor):
    heads = ["姓名", "工号", "直接上级"]
    report = bring(actor, [heads, ["李四", "N1", ""], ["李四", "N2", ""], ["王五", "N3", "李四"]])
    assert "改填员工编号" in reasons(report)[0]


# rights


def specialist(cast: Cast, unit: str = "华东公司") -> Actor:
    return cast.actor("hr_specialist", unit=unit)


def test_within_reach_people_come_in(cast):
    report = bring(specialist(cast), [["姓名", "工号", "部门"], ["李四", "N1", "财务部"]])
    assert (report.imported, report.errors) == (1, [])


def test_a_department_out_of_reach_is_refused(cast):
    report = bring(
        specialist(cast),
        [["姓名", "工号", "部门"], ["李四", "N1", "财务部"], ["王五", "N2", "销售部"]],
        mode="skip-bad",
    )
    assert [(f.place.row, f.place.column) for f in report.errors] == [(3, "部门")]
    assert "管理范围" in reasons(report)[0]
    assert report.imported == 1


def test_nobody_without_a_department_for_whom_reach_ends_somewhere(cast):
    report = bring(specialist(cast), [["姓名", "工号"], ["李四", "N1"]])
    assert "没有填写部门" in reasons(report)[0]


def test_somebody_out_of_reach_cannot_be_changed_nor_read(cast):
    heads = ["姓名", "工号", "民族"]
    report = bring(specialist(cast), [heads, ["罗文博", "030001", "回族"]])
    assert report.updated == 0
    assert "不能修改那份档案" in reasons(report)[0]
    assert stored("030001")["identity"][0]["ethnicity"] == "01"


def test_somebody_cannot_be_moved_out_of_reach(cast):
    report = bring(specialist(cast), [["姓名", "工号", "部门"], ["沈知微", "020486", "销售部"]])
    assert report.errors
    assert report.updated == 0


@pytest.mark.parametrize("role", ["employee", "it", "auditor", "finance", "head"])
def test_a_role_without_the_permission_is_refused_and_the_refusal_noted(cast, role):
    who = cast.actor(role, name="沈知微") if role == "employee" else cast.actor(role)
    with pytest.raises(Refused):
        bring(who, [["姓名", "工号"], ["李四", "N1"]])
    refusals = [event for event in who.trail.pending if event.outcome == "refused"]
    assert [event.object for event in refusals] == ["people.import"]
    assert dossiers.find_by_unique("identity.employee_number", "N1") is None


# log, stopping


def events_of(monkeypatch) -> list[Event]:
    seen: list[Event] = []
    write = audit_actions._write

    def spy(trail, events):
        seen.extend(events)
        write(trail, events)

    monkeypatch.setattr(audit_actions, "_write", spy)
    return seen


def test_every_dossier_and_the_import_itself_are_logged(actor, monkeypatch):
    seen = events_of(monkeypatch)
    bring(actor, [["姓名", "工号"], ["李四", "N1"], ["王五", "N2"]])
    assert [event.action for event in seen].count("subject.create") == 2
    run = next(event for event in seen if event.action == "import.run")
    assert run.facts["imported"] == 2
    assert run.reason == "people.xlsx"
    assert "李四" not in str(run.facts)


def test_a_refused_import_is_logged_as_failed(actor):
    bring(actor, [["姓名", "工号", "身份证号"], ["李四", "N1", "123"]])
    pending = [(event.action, event.outcome) for event in actor.trail.pending]
    assert pending == [("import.run", "failed")]


def test_stopping_while_it_writes_leaves_nothing(actor):
    people = [["姓名", "工号"]] + [["李四", f"N{n}"] for n in range(30)]
    before = Subject.objects.count()

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "write" and done:
            raise Stopped

    with pytest.raises(Stopped):
        bring(actor, people, progress=stop)
    assert Subject.objects.count() == before
    assert bring(actor, people).imported == 30


def test_somebody_who_changes_a_dossier_meanwhile_is_not_overwritten(actor):
    bring(actor, [["姓名", "工号", "民族"], ["李四", "N1", "汉族"]])
    subject = dossiers.find_by_unique("identity.employee_number", "N1")

    def meddle(stage: str, done: int, total: int) -> None:
        if stage == "plan" and done == total:
            row = dossiers.rows_for_planning(actor, [subject])[subject]["identity"][0]
            if row.version == 1:
                save_row(
                    actor,
                    subject=subject,
                    info_set="identity",
                    row=row.row,
                    base_version=1,
                    values={"native_place": "浙江"},
                )

    report = bring(actor, [["姓名", "工号", "民族"], ["李四", "N1", "回族"]], progress=meddle)
    assert "重新导入" in reasons(report)[0]
    assert stored("N1")["identity"][0]["ethnicity"] == "01"
