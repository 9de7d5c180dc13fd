"""Values planted through the real application lie nowhere in clear.

Planted by import, by the API, by the page's form, in refused and failing requests, in a search
and in a log-in; then looked for in every file of the data folder while the server runs and after
it has stopped (tables, indexes, WAL, temporary files, logs), in every column of every table, and
in what the service printed.
"""

from __future__ import annotations

import base64
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import psycopg
import pytest
from tests.cast import with_check_digit
from tests.cli.conftest import Dangan
from tests.homes import new_home
from tests.operations.service import Service, running, token_of

from dangan.operations.postgres import socket_dir

CANARIES = {
    "name": "金丝雀甲",
    "typed name": "金丝雀乙",
    "id_number": with_check_digit("11010119900307771X"),
    "mobile": "13747114711",
    "address": "金丝雀胡同四七一一号",
    "email": "canary4711@example.com",
    "bad mobile": "13747114",
    "reason": "金丝雀说明四七一一",
    "search": "金丝雀丙",
    "login": "canary-login-4711",
}


def encodings(value: str) -> Iterator[bytes]:
    """How a value may lie on a disk without being sealed."""
    raw = value.encode()
    yield raw
    yield value.encode("gb18030")
    yield value.encode("utf-16-le")
    yield json.dumps(value)[1:-1].encode()
    yield urllib.parse.quote(value).encode()
    yield raw.hex().encode()
    for shift in range(3):
        # Base64 at each of the three places it can begin, less the letters that its
        # neighbours have a say in.
        padding = -(shift + len(raw)) % 3
        text = base64.b64encode(b"\0" * shift + raw + b"\0" * padding)
        yield text[4 if shift else 0 : -4 if padding else None]


def found_in(data: bytes) -> set[str]:
    return {
        name for name, value in CANARIES.items() if any(form in data for form in encodings(value))
    }


class Browser:
    """A person at the pages: cookies, forms with their tokens."""

    def __init__(self, service: Service) -> None:
        self.base = f"http://127.0.0.1:{service.port}"
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path) as answer:
            return str(answer.read().decode())

    def post(self, path: str, form: str, **fields: str) -> str:
        """Fills the form that page ``form`` holds; a refusal's page is returned like any other."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(form))
        assert token is not None
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token[1]}).encode()
        request = urllib.request.Request(  # noqa: S310 - our own service
            self.base + path, data, {"Referer": self.base + path}
        )
        try:
            with self.opener.open(request) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refused:
            return str(refused.read().decode())


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "员工编号", "身份证号码", "手机", "现住址", "电子邮箱"])
    sheet.append(
        [
            CANARIES["name"],
            "CANARY01",
            CANARIES["id_number"],
            CANARIES["mobile"],
            CANARIES["address"],
            CANARIES["email"],
        ]
    )
    book.save(path)
    return path


@pytest.fixture(scope="module")
def planted() -> Iterator[tuple[Path, Path, dict[str, set[str]]]]:
    """Home and log of a service that canaries went through; what was found while it ran."""
    with new_home() as folder:
        yield from _planted(folder)


def _planted(folder: Path) -> Iterator[tuple[Path, Path, dict[str, set[str]]]]:
    home = folder / "home"
    with running(home, "--demo") as service:
        dangan = Dangan(home)
        said = dangan("import", _workbook(folder / "in.xlsx"), "--json")
        assert said.document["imported"] == 1, said
        dangan("people", "search", CANARIES["search"], "--as", "hr")
        _by_api(service)
        _by_pages(service)
        exported = folder / "finance.xlsx"
        assert dangan("export", "roster", exported, "--as", "finance").code == 0
        meanwhile = {
            "files": _in_files(home),
            "tables": _in_tables(home),
            "export": _in_cells(exported),
        }
    yield home, service.log, meanwhile


def _by_api(service: Service) -> None:
    token = token_of(service.home, "hrmanager")
    made, _, written = service.ask(
        "POST",
        "/api/v1/subjects",
        {
            "rows": [
                {"set": "identity", "values": {"name": CANARIES["typed name"]}},
                {"set": "contact", "values": {"address": CANARIES["address"]}},
            ],
            "reason": CANARIES["reason"],
        },
        token=token,
    )
    assert made == 201
    path = f"/api/v1/subjects/{written['subject']}/records/contact"
    status, _, _ = service.ask(
        "POST", path, {"values": {"mobile": CANARIES["bad mobile"]}}, token=token
    )
    assert status in {409, 422}
    status, _, _ = service.ask("POST", "/api/v1/search", {"text": CANARIES["search"]}, token=token)
    assert status == 200


def _by_pages(service: Service) -> None:
    browser = Browser(service)
    browser.post("/login/", "/login/", login=CANARIES["login"], password="Nicht2026")
    browser.post("/login/", "/login/", login="hrmanager", password="Dangan2026")
    page = browser.get("/people/")
    assert "花名册" in page
    browser.post("/people/", "/people/new/", q=CANARIES["search"])
    browser.post(
        "/people/new/",
        "/people/new/",
        **{"identity-name": CANARIES["typed name"], "identity-id_number": CANARIES["bad mobile"]},
    )


def _in_files(home: Path) -> set[str]:
    found: set[str] = set()
    for path in home.rglob("*"):
        if path.is_file():
            found |= {f"{name} in {path.relative_to(home)}" for name in found_in(path.read_bytes())}
    return found


def _in_tables(home: Path) -> set[str]:
    """Compression may hide a value in a file; as text of its row it shows."""
    found: set[str] = set()
    host = str(socket_dir(home / "pg"))
    with psycopg.connect(host=host, user="postgres", dbname="postgres") as database:
        tables = database.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert len(tables) > 20
        for (table,) in tables:
            rows = database.execute(f"SELECT t::text FROM {table} t").fetchall()
            data = "\n".join(row[0] for row in rows).encode()
            found |= {f"{name} in {table}" for name in found_in(data)}
    return found


def _in_cells(path: Path) -> set[str]:
    book = openpyxl.load_workbook(path)
    cells = (
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )
    return found_in("\n".join(cells).encode())


def test_a_value_in_clear_would_be_found() -> None:
    """The search itself works, in every form."""
    for name, value in CANARIES.items():
        for form in encodings(value):
            assert len(form) >= 5
            assert name in found_in(b"\0" + form + b"\n")


def test_nothing_lies_in_the_files_of_a_running_server(
    planted: tuple[Path, Path, dict[str, set[str]]],
) -> None:
    assert planted[2]["files"] == set()


def test_nothing_lies_in_any_column(planted: tuple[Path, Path, dict[str, set[str]]]) -> None:
    assert planted[2]["tables"] == set()


def test_nothing_lies_in_the_files_of_a_stopped_server(
    planted: tuple[Path, Path, dict[str, set[str]]],
) -> None:
    assert _in_files(planted[0]) == set()


def test_nothing_was_printed(planted: tuple[Path, Path, dict[str, set[str]]]) -> None:
    assert found_in(planted[1].read_bytes()) == set()


def test_an_export_holds_only_what_its_reader_may_see(
    planted: tuple[Path, Path, dict[str, set[str]]],
) -> None:
    """Finance knows people by name and number; the rest of the person is not in the file."""
    assert planted[2]["export"] <= {"name", "typed name"}
