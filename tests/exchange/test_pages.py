"""The import pages: upload, columns, check, run, result; and who may."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.browsers import Browser
from tests.cast import Cast
from tests.exchange.books import SAMPLES, xlsx
from tests.statements import own

from dangan.access.models import Grant
from dangan.dossiers import queries as dossiers
from dangan.dossiers.models import Subject
from dangan.exchange import actions
from dangan.exchange.models import ImportJob
from dangan.exchange.workbook import read_workbook

HEADS = ["姓名", "工号", "身份证号", "部门"]
GOOD = [HEADS, ["李四", "N1", "", "财务部"], ["王五", "N2", "", "研发中心"]]
MIXED = [*GOOD, ["赵六", "N3", "11010119900307", "财务部"]]


def upload(client: Client, data: bytes, name: str = "人员.xlsx"):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("exchange:import"), {"files": file})


def begun(client: Client, rows) -> str:
    answer = upload(client, xlsx(rows))
    assert answer.status_code == 302
    return answer.url


def last() -> ImportJob:
    return ImportJob.objects.latest("created_at")


def confirm(client: Client, page: str, **changes: str) -> None:
    """Posts the columns as the page offers them, with corrections."""
    view = client.get(page).context["view"]
    form = {}
    for sheet in view.sheets:
        form[f"home-{sheet.position}"] = sheet.home
        for column in sheet.columns:
            form[f"column-{sheet.position}-{column.index}"] = column.path
    assert client.post(f"{page}columns/", form | changes).status_code == 302
    work()


def work() -> None:
    """What the worker does with what is queued."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = 'exchange.import_file'"
            " RETURNING args::text"
        )
        queued = [json.loads(row[0]) for row in cursor.fetchall()]
    for arguments in queued:
        actions.perform(ImportJob.objects.get(id=arguments["job"]).id, arguments["step"])


@pytest.fixture
def hr(browser: Browser) -> Client:
    return browser("hr_manager")


def test_from_file_to_people(hr: Client):
    page = begun(hr, GOOD)
    columns = hr.get(page)
    assert "核对每一列" in columns.content.decode()
    confirm(hr, page)
    checked = hr.get(page).content.decode()
    assert "没有发现错误" in checked
    assert "导入 2 人" in checked
    assert dossiers.find_by_unique("identity.employee_number", "N1") is None
    assert hr.post(f"{page}start/", {"mode": "all"}).status_code == 302
    work()
    assert last().state == "done"
    assert "全部写入档案" in hr.get(page).content.decode()
    assert dossiers.find_by_unique("identity.employee_number", "N2") is not None


def test_bad_cells_are_listed_and_the_rest_can_come_in(hr: Client):
    page = begun(hr, MIXED)
    confirm(hr, page)
    checked = hr.get(page).content.decode()
    assert "有 1 处要改" in checked
    assert "11010119900307" in checked
    assert "导入其余 2 人" in checked
    hr.post(f"{page}start/", {"mode": "skip-bad"})
    work()
    assert (last().imported, last().skipped, last().state) == (2, 1, "done")
    assert dossiers.find_by_unique("identity.employee_number", "N3") is None


def test_the_problem_list_is_a_workbook(hr: Client):
    page = begun(hr, MIXED)
    confirm(hr, page)
    answer = hr.get(f"{page}problems/")
    assert answer["Cache-Control"] == "no-store"
    rows = [cells for _, cells in read_workbook(answer.content).sheets[0].rows]
    assert rows[0][:4] == ["工作表", "行", "列", "填写的值"]
    assert rows[1][:4] == ["Sheet1", 4.0, "身份证号", "11010119900307"]


def test_a_column_can_be_corrected_or_left_out(hr: Client):
    page = begun(hr, [["姓名", "工号", "代号"], ["李四", "N1", "某职务"]])
    confirm(hr, page, **{"column-0-2": "post.position"})
    hr.post(f"{page}start/", {"mode": "all"})
    work()
    subject = dossiers.find_by_unique("identity.employee_number", "N1")
    assert subject is not None
    report = hr.get(page).context["report"]
    assert (report.imported, report.errors) == (1, [])


def test_a_sheet_can_be_read_as_another_kind(hr: Client):
    page = begun(hr, [["工号", "姓名", "关系"], ["020486", "沈母", "母亲"]])
    assert hr.get(page).context["view"].sheets[0].home == "family"
    answer = hr.post(f"{page}columns/", {"home-0": "person", "reread": "1"})
    assert answer.status_code == 302
    sheet = hr.get(page).context["view"].sheets[0]
    assert (sheet.home, sheet.columns[1].path) == ("person", "identity.name")


def test_columns_that_say_nobody_are_not_taken(hr: Client):
    page = begun(hr, GOOD)
    answer = hr.post(f"{page}columns/", {f"column-0-{n}": "" for n in range(3)})
    assert answer.status_code == 422
    assert "至少要有姓名" in answer.content.decode()


@pytest.mark.parametrize("name", ["text-named.xlsx", "zero-bytes.xlsx", "zip-bomb.xlsx"])
def test_what_is_no_workbook_is_answered_with_a_sentence(hr: Client, name):
    answer = upload(hr, (SAMPLES / "05-bad" / name).read_bytes(), name)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_no_file_and_too_large_a_file(hr: Client, monkeypatch):
    assert hr.post(reverse("exchange:import")).status_code == 422
    monkeypatch.setattr("dangan.exchange.uploads.FILE_BYTES", 1000)
    answer = upload(hr, xlsx(GOOD))
    assert answer.status_code == 422
    assert "没有接收" in answer.content.decode()


def test_an_upload_never_becomes_a_file(hr: Client, monkeypatch, tmp_path):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", refuse)
    rows = GOOD + [[f"李四{'十' * 50}", f"M{n}", "", ""] for n in range(40_000)]
    data = xlsx([[cell.ljust(8) for cell in row] for row in rows])
    big = io.BytesIO(data)
    assert upload(hr, big.getvalue()).status_code == 302


def test_what_was_uploaded_is_nowhere_in_clear(hr: Client):
    begun(hr, MIXED)
    job = last()
    for sealed in (job.sealed_files, job.sealed_about):
        for secret in ("李四", "11010119900307", "人员.xlsx", "姓名"):
            assert secret.encode() not in bytes(sealed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs")
        assert not any("李四" in row[0] or "人员" in row[0] for row in cursor.fetchall())


def test_files_go_as_soon_as_they_are_in(hr: Client):
    page = begun(hr, GOOD)
    confirm(hr, page)
    hr.post(f"{page}start/", {"mode": "all"})
    work()
    assert last().sealed_files is None


def test_discarding_destroys_the_key(hr: Client):
    page = begun(hr, GOOD)
    job = last().id
    assert hr.post(f"{page}discard/").status_code == 302
    assert not ImportJob.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keystore.data_key WHERE subject = %s", [job])
        assert cursor.fetchone()[0] == 0


def test_a_step_delivered_twice_runs_once(hr: Client):
    page = begun(hr, GOOD)
    confirm(hr, page)
    hr.post(f"{page}start/", {"mode": "all"})
    people = Subject.objects.count()
    work()
    actions.perform(last().id, "run")
    assert Subject.objects.count() == people + 2


def test_a_job_whose_worker_died_can_be_taken_up_again(hr: Client):
    page = begun(hr, GOOD)
    confirm(hr, page)
    hr.post(f"{page}start/", {"mode": "all"})
    work_lost = ImportJob.objects.filter(id=last().id)
    work_lost.update(state="running", beat_at=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert "中断了" in hr.get(page).content.decode()
    assert hr.post(f"{page}resume/").status_code == 302
    work()
    assert last().state == "done"


def test_stopping_before_it_begins(hr: Client):
    page = begun(hr, GOOD)
    confirm(hr, page)
    hr.post(f"{page}start/", {"mode": "all"})
    hr.post(f"{page}stop/")
    people = Subject.objects.count()
    work()
    assert last().state == "stopped"
    assert Subject.objects.count() == people
    assert "没有写入任何内容" in hr.get(page).content.decode()


def test_progress_reloads_the_page_when_it_has_ended(hr: Client):
    page = begun(hr, GOOD)
    confirm(hr, page)
    assert hr.get(f"{page}progress/")["HX-Refresh"] == "true"
    hr.post(f"{page}start/", {"mode": "all"})
    moving = hr.get(f"{page}progress/")
    assert moving.status_code == 200
    assert "排队中" in moving.content.decode()


def test_an_import_is_its_owner_s_only(hr: Client, browser: Browser):
    page = begun(hr, GOOD)
    other = browser("hr_manager")
    for path in ("", "progress/", "problems/"):
        assert other.get(f"{page}{path}").status_code == 404
    for path in ("columns/", "start/", "stop/", "resume/", "discard/"):
        assert other.post(f"{page}{path}").status_code == 404
    assert "人员.xlsx" not in other.get(reverse("exchange:import")).content.decode()


@pytest.mark.parametrize("role", ["it", "auditor", "finance", "administration"])
def test_whoever_may_not_import_sees_no_page(browser: Browser, role):
    client = browser(role)
    assert client.get(reverse("exchange:import")).status_code == 403
    assert upload(client, xlsx(GOOD)).status_code == 403
    assert client.get(reverse("exchange:template")).status_code == 403
    assert not ImportJob.objects.exists()


def test_a_right_taken_away_meanwhile_stops_the_import(hr: Client):
    page = begun(hr, GOOD)
    confirm(hr, page)
    hr.post(f"{page}start/", {"mode": "all"})
    Grant.objects.filter(account=last().owner).delete()
    people = Subject.objects.count()
    work()
    assert last().state == "failed"
    assert Subject.objects.count() == people


def test_the_list_shows_past_imports(hr: Client):
    begun(hr, GOOD)
    page = hr.get(reverse("exchange:import")).content.decode()
    assert "人员.xlsx" in page
    assert "待核对列" in page


def test_old_uploads_are_cleaned_up(hr: Client):
    begun(hr, GOOD)
    assert actions.clean_up() == 0
    ImportJob.objects.update(created_at="2020-01-01T00:00:00Z")
    assert actions.clean_up() == 1
    assert not ImportJob.objects.exists()


def test_the_template_is_downloaded_with_the_chosen_sets(hr: Client):
    answer = hr.get(reverse("exchange:template"), {"set": ["education", "family"]})
    names = [sheet.name for sheet in read_workbook(answer.content).sheets]
    assert names[:2] == ["填写说明", "基本信息"]
    assert len(names) == 4


def test_the_same_pages_cost_the_same_statements(hr: Client, cast: Cast):
    for page in (begun(hr, GOOD), reverse("exchange:import")):
        with CaptureQueriesContext(connection) as asked:
            hr.get(page)
        assert len(own(asked)) <= 15, own(asked)
