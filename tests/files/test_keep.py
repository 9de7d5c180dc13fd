"""Files are kept sealed and come back as they were; who looked is in the log."""

from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.cast import Cast, written_events
from tests.files.conftest import objects
from tests.files.samples import document, photograph, picture

from dangan.access.rules import Absent
from dangan.files import queries, responses
from dangan.files.actions import discard, keep
from dangan.files.models import SealedFile
from dangan.files.rules import CHUNK_BYTES, MAX_BYTES, BadFile, sealed_size
from dangan.vault.actions import destroy_key, make_keys

pytestmark = pytest.mark.django_db


def test_a_file_is_kept_sealed_and_comes_back(cast: Cast, folder: Path) -> None:
    hr = cast.actor("hr_specialist")
    data = document(pages=2)
    file = keep(hr, subject=cast.people["沈知微"], name="学位证.pdf", data=data)
    assert (file.media_type, file.size, file.pages, file.chunks) == (
        "application/pdf",
        len(data),
        2,
        1,
    )
    (stored,) = objects(folder)
    assert stored.stat().st_size == sealed_size(len(data))
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert hashlib.sha256(stored.read_bytes()).digest() == bytes(file.digest)
    assert str(file.id) not in str(stored), "the disk does not say which file it is"
    assert b"".join(queries.content(hr, file.id, why="核对")) == data
    assert written_events(hr) == [("file.keep", "done"), ("file.read", "done")]


def test_large_files_come_back_chunk_by_chunk(cast: Cast) -> None:
    hr = cast.actor("hr_specialist")
    body = b"".join(bytes((number % 251,)) * 4096 for number in range(700))
    data = document(b"<< /Length %d >>\nstream\n" % len(body) + body + b"\nendstream")
    file = keep(hr, subject=cast.people["沈知微"], name="扫描件.pdf", data=io.BytesIO(data))
    pieces = list(queries.content(hr, file.id, why=""))
    assert [len(piece) for piece in pieces[:-1]] == [CHUNK_BYTES] * (file.chunks - 1)
    assert b"".join(pieces) == data


def test_what_is_told_of_a_file_costs_two_statements(cast: Cast) -> None:
    hr = cast.actor("hr_specialist")
    ids = [
        keep(hr, subject=cast.people[name], name=f"{name}的证.jpg", data=picture()).id
        for name in ("沈知微", "罗文博")
    ]
    with CaptureQueriesContext(
        connection,
    ) as statements:
        infos = queries.infos([*ids, uuid4()])
    assert len(statements) == 2
    assert [infos[key].name for key in ids] == ["沈知微的证.jpg", "罗文博的证.jpg"]
    assert infos[ids[0]].kind == "JPEG"


def test_too_large_or_empty_is_refused_and_nothing_lies_there(cast: Cast, folder: Path) -> None:
    hr = cast.actor("hr_specialist")
    for data, words in ((b"", "是空文件"), (b"%PDF-" + bytes(MAX_BYTES), "超过 20.0 MB")):
        with pytest.raises(BadFile) as refused:
            keep(hr, subject=cast.people["沈知微"], name="大.pdf", data=io.BytesIO(data))
        assert words in str(refused.value.message)
    assert objects(folder) == []
    assert not SealedFile.objects.exists()


def test_a_discarded_file_is_gone_at_once_and_from_the_disk_after_the_commit(
    cast: Cast, folder: Path, django_capture_on_commit_callbacks: object
) -> None:
    hr = cast.actor("hr_specialist")
    file = keep(hr, subject=cast.people["沈知微"], name="证.jpg", data=picture())
    with django_capture_on_commit_callbacks(execute=True):
        discard(hr, file=file.id)
        assert len(objects(folder)) == 1
    assert objects(folder) == []
    assert queries.infos([file.id]) == {}
    with pytest.raises(Absent):
        queries.content(hr, file.id, why="")
    with pytest.raises(Absent):
        discard(hr, file=file.id)
    assert SealedFile.objects.get().sealed_key == b"", "what a back-up has cannot be opened"


def test_a_destroyed_person_leaves_no_readable_file(cast: Cast) -> None:
    hr, somebody = cast.actor("hr_specialist"), uuid4()
    make_keys([somebody])
    file = keep(hr, subject=somebody, name="证.jpg", data=picture())
    destroy_key(hr, subject=somebody)
    assert queries.infos([file.id]) == {}
    with pytest.raises(Absent):
        queries.content(hr, file.id, why="")
    with pytest.raises(Absent):
        queries.page_image(hr, file.id, watermark="")


def test_a_preview_carries_who_looks(cast: Cast) -> None:
    hr = cast.actor("hr_specialist", name="何雨桐")
    for data, name in ((document(pages=2), "证.pdf"), (photograph(), "证.jpg")):
        file = keep(hr, subject=cast.people["沈知微"], name=name, data=data)
        plain = queries.page_image(hr, file.id, width=400, watermark="")
        marked = queries.page_image(hr, file.id, width=400, watermark=responses.watermark_of(hr))
        with Image.open(io.BytesIO(marked)) as image:
            assert image.format == "JPEG"
            assert image.width <= 400
        assert marked != plain
    pages = SealedFile.objects.get(media_type="application/pdf")
    for page in (0, 3, -1):
        with pytest.raises(Absent):
            queries.page_image(hr, pages.id, page, watermark="")


def test_a_download_is_never_run_by_the_browser(cast: Cast) -> None:
    hr = cast.actor("hr_specialist")
    file = keep(hr, subject=cast.people["沈知微"], name='毕业"证.pdf', data=document())
    request = RequestFactory().get("/")
    answer = responses.download(request, hr, file.id, why="核对")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert "filename*=UTF-8''%E6%AF%95%E4%B8%9A%20%E8%AF%81.pdf" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Length"] == str(file.size)
    assert b"".join(answer.streaming_content) == document()
    shown = responses.preview(request, hr, file.id, why="核对")
    assert shown["Content-Type"] == "image/jpeg"
    assert written_events(hr)[-2:] == [("file.read", "done")] * 2


def test_a_transaction_that_is_taken_back_leaves_no_row(cast: Cast, folder: Path) -> None:
    hr = cast.actor("hr_specialist")
    with pytest.raises(RuntimeError), transaction.atomic():
        keep(hr, subject=cast.people["沈知微"], name="证.jpg", data=picture())
        raise RuntimeError
    assert not SealedFile.objects.exists()
    assert len(objects(folder)) == 1, "swept up at night"
