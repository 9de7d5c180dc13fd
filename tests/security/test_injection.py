"""Texts that want to become something else: commands, markup, lines, formulas, headers, paths.

What people type is kept as they typed it and is read as nothing but text.
"""

from __future__ import annotations

import ast
import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings as configured
from django.core.files.storage import storages
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.files.samples import document
from tests.security.conftest import Join

import dangan
from dangan.access.queries import console_actor
from dangan.dictionary.queries import current
from dangan.dictionary.rules import BadValue
from dangan.dictionary.values import ParseContext, parse
from dangan.dossiers import actions
from dangan.dossiers.models import Record
from dangan.dossiers.rules import RowPlan
from dangan.files import responses
from dangan.files.actions import keep
from dangan.operations.health.logs import Json, Line
from dangan.reports.audit_log.taking_out import _safe
from dangan.ui.printing import pdf

SOURCE = Path(dangan.__file__).parent
HOSTILE = [
    "'; DROP TABLE access_account; --",
    "' OR '1'='1",
    "{{ settings.SECRET_KEY }}{% load x %}",
    "%(password)s {0.__class__} {name} %n%s",
    "$(touch /tmp/x) `id` ; | &",
    '#panic() #eval("1+1") $x$ @label',
    "../../etc/passwd\x00.pdf",
    "＝1+1",
    "\u202e\u0000\ud7ff",
]


# --- statements and templates ------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_search_for_a_command_finds_nobody_and_breaks_nothing(
    cast: Cast, join: Join, text: str
) -> None:
    browser = join("hr_manager", "archivist").browser()
    for address, field in (
        ("/people/search/", "q"),
        ("/people/", "q"),
        ("/archive/search/", "words"),
        ("/archive/loans/", "q"),
        ("/audit/person/", "number"),
    ):
        answer = browser.post(address, {field: text}, headers={"HX-Request": "true"})
        assert answer.status_code in ((400, 403) if "\0" in text else (200, 302, 403, 422)), address
        assert configured.SECRET_KEY not in answer.content.decode(errors="replace")
    answer = browser.get("/people/", {"sort": text, "page": text, "unit": text})
    assert answer.status_code == (400 if "\0" in text else 200)


def test_a_value_is_kept_as_typed_and_shown_as_text(cast: Cast, join: Join) -> None:
    """Neither a template nor a format string is made of it; saved and read back unchanged."""
    text = "{{ actor }} {% now 'Y' %} %(x)s {0} <b>#x</b> ${7*7} \\' OR 1=1"
    made = actions.create_subject(
        console_actor(),
        rows=[
            RowPlan("identity", {"name": "测试", "employee_number": "X9", "sex": "1"}),
            RowPlan("post", {"unit": str(cast.units["研发中心"]), "position": text}),
        ],
        reason=text,
        state="confirmed",
    )
    member = join("hr_manager")
    told = member.call("GET", f"/subjects/{made.subject}").json()
    assert text in json.dumps(told, ensure_ascii=False).replace("\\\\", "\\").replace('\\"', '"')
    page = member.browser().get(f"/people/{made.subject}/?set=post").content.decode()
    assert "{{ actor }}" in page and "&lt;b&gt;#x&lt;/b&gt;" in page and "<b>#x</b>" not in page


def test_a_printed_form_runs_nothing_that_stands_in_its_values(tmp_path: Path) -> None:
    """Typst gets values beside the form, never in it; nothing outside its folder is read."""
    form = tmp_path / "form.typ"
    form.write_text(
        "#let d = json(bytes(sys.inputs.values))\n#set document(title: d.text)\n#d.text"
    )
    text = '#panic("x") #read("/etc/passwd") $1+1$ *bold* </x>'
    with pypdfium2.PdfDocument(pdf(form, {"text": text})) as made:
        shown = made[0].get_textpage().get_text_bounded()
        assert '#read("/etc/passwd")' in shown.replace("\n", " ") and "root:" not in shown
        assert made.get_metadata_value("Title") == text
    form.write_text('#read("/etc/passwd")')
    with pytest.raises(Exception, match=r"passwd|not found|access denied"):
        pdf(form, {})


# --- log, spreadsheet, headers -----------------------------------------------------------------


@pytest.mark.parametrize("formatter", [Line(), Json()], ids=["line", "json"])
@pytest.mark.parametrize("mark", ["\n", "\r\n", "\x0b", "\x85", "\u2028", "\x1b[2J"])
def test_no_text_makes_a_second_line_of_the_log(formatter: logging.Formatter, mark: str) -> None:
    forged = f"x{mark}2026-11-22T10:00:00.000+08:00 INFO dangan.access all is well"
    record = logging.LogRecord("dangan.x", logging.INFO, "x.py", 1, "told %s", (forged,), None)
    told = formatter.format(record)
    assert len(told.splitlines()) == 1 and "\x1b" not in told


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_the_auditors_spreadsheet_computes_nothing(begin: str) -> None:
    assert _safe(f"{begin}1+1") == f"'{begin}1+1"
    assert _safe("何雨桐") == "何雨桐"


def test_no_value_adds_a_header(cast: Cast) -> None:
    forged = "/people/\r\nSet-Cookie: dangan_session=x"
    answer = Client().post("/language/", {"language": "en", "next": forged})
    assert "dangan_session" not in answer.cookies
    assert "\n" not in answer["Location"] and "\r" not in answer["Location"]


# --- names of files and paths ------------------------------------------------------------------

NAMES = [
    "学位证 (1).pdf",
    'a"; filename="evil.html',
    "x\r\nSet-Cookie: a=b.pdf",
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "CON.pdf",
    "a\u202efdp.exe",
    "%0d%0ax.pdf",
    "x" * 400 + ".pdf",
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    storage = storages["files"]
    before = storage.__dict__.copy()
    storage._location = str(tmp_path / "files")
    for cached in ("base_location", "location"):
        storage.__dict__.pop(cached, None)
    yield tmp_path / "files"
    storage.__dict__.clear()
    storage.__dict__.update(before)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_file_is_a_name_and_no_path_and_no_header(
    cast: Cast, folder: Path, name: str
) -> None:
    hr = cast.actor("hr_specialist")
    data = document(pages=1)
    kept = keep(hr, subject=cast.people["沈知微"], name=name, data=data)
    answer = responses.download(RequestFactory().get("/"), hr, kept.id, why="核对")
    said = answer["Content-Disposition"]
    assert said.startswith("attachment; filename=") and "filename*=UTF-8''" in said
    plain, _, coded = said.removeprefix("attachment; ").partition("; filename*=UTF-8''")
    assert plain.count('"') == 2 and said.isascii() and said.isprintable()
    assert not set('/\\\r\n;" ') & set(coded) and len(coded) < 900
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    stored = [path for path in folder.rglob("*") if path.is_file()]
    assert stored and all(folder in path.parents for path in stored)
    assert b"".join(answer.streaming_content) == data  # type: ignore[arg-type]  # not async


@pytest.mark.parametrize(
    "path",
    ["../root.key", "%2e%2e/root.key", "..%2froot.key", "%252e%252e%252froot.key", "....//root.key",
     "/etc/passwd", "ui/../../root.key", "ui/..\\..\\root.key", ".git/config", "", "ui/"],
)  # fmt: skip
def test_nothing_but_static_files_is_read_by_a_path(db: None, path: str) -> None:
    """No folder is listed either."""
    answer = Client().get(f"/static/{path}")
    assert answer.status_code in (302, 400, 404), path
    assert b"root:" not in answer.content and b"Index of" not in answer.content


# --- more than was asked for, larger than was asked for ----------------------------------------


def test_a_form_writes_its_own_fields_and_no_others(cast: Cast, join: Join) -> None:
    """Mass assignment: what the form does not show is not taken, whatever is sent along."""
    subject = cast.people["沈知微"]
    row = Record.objects.get(subject=subject, info_set="contact", current=True)
    other = Record.objects.get(subject=subject, info_set="identity", current=True)
    browser = join("hr_manager").browser()
    sent = {
        "base_version": row.version, "version": row.version, "mobile": "13800138000",
        "reason": "更正", "subject": str(cast.people["罗文博"]), "info_set": "identity",
        "identity.name": "改名", "name": "改名", "state": "filed", "recorded_by": "x",
        "current": "", "id": str(other.row), "row": str(other.row), "is_superuser": "1",
    }  # fmt: skip
    browser.post(f"/people/{subject}/contact/{row.row}/edit/", sent)
    again = Record.objects.get(subject=subject, info_set="identity", current=True)
    assert (again.row, again.version) == (other.row, other.version)
    assert not Record.objects.filter(subject=cast.people["罗文博"], version__gt=1).exists()


def test_the_api_takes_no_field_it_does_not_name(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    answer = member.call("POST", "/subjects", {"rows": [], "state": "filed", "is_admin": True})
    assert answer.status_code == 422


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    piece=st.sampled_from(
        ["1", "13", "-", " ", "（", "年", "@", ".", "a@", "0.", "1,", "至", "\t"]
    ),
    end=st.sampled_from(["", "!", "x", "年", "@", "\x00"]),
)
def test_no_text_keeps_a_pattern_busy(db: None, piece: str, end: str) -> None:
    """Regular expressions: a hundred thousand characters of the worst kind are read at once."""
    context = ParseContext(today=date(2026, 11, 22))
    text = piece * (100_000 // len(piece)) + end
    dictionary = current()
    kinds = {field.type: field for info in dictionary.sets.values() for field in info.fields}
    for kind, field in kinds.items():
        began = time.process_time()
        with suppress(BadValue):
            parse(field, text, dictionary=dictionary, context=context)
        assert time.process_time() - began < 0.5, kind


def test_nothing_in_the_program_runs_text() -> None:
    """No evaluation, no shell, no pickles or YAML of others, no weak digests, in any module."""
    barred = {"eval", "exec", "compile", "__import__"}
    modules = {"pickle", "marshal", "shelve", "yaml", "dill"}
    found = []
    hint = re.compile("|".join([*barred, *modules, "shell", "system", "popen", "md5", "sha1"]))
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if hint.search(text) else ():
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                shell = any(
                    word.arg == "shell" and not (
                        isinstance(word.value, ast.Constant) and word.value.value is False)
                    for word in node.keywords
                )  # fmt: skip
                if name in barred or shell or attribute in {"system", "popen", "md5", "sha1"}:
                    found.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
            named = (
                {alias.name for alias in node.names} if isinstance(node, ast.Import)
                else {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
            )  # fmt: skip
            if {name.partition(".")[0] for name in named} & modules:
                found.append(f"{path.relative_to(SOURCE)}: {named}")
    assert found == []


def test_no_template_lets_text_through_unescaped() -> None:
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text and "autoescape off" not in text, path
