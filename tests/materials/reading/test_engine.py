"""The reader itself: drawn specimens are read, off-line, and nothing is loaded that need not be."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from tests.cast import with_check_digit
from tests.materials.reading.drawing import identity_card, sheet

from dangan.materials.reading import engine
from dangan.materials.reading.rules.lines import Line, decode, encode
from dangan.materials.reading.rules.recognition import recognise

ID = with_check_digit("33010619910612204X")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("reading must not reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_an_identity_card_is_read_without_the_network() -> None:
    engine._engine.cache_clear()
    lines = engine.read(np.asarray(identity_card("沈知微", "1991-06-12", ID)))
    (card,) = recognise(lines)
    read = {value.field: value.text for value in card.values}
    assert read["name"] == "沈知微"
    assert read["id_number"] == ID
    assert read["birth_date"] == "1991-06-12"
    assert read["ethnicity"] == "汉"
    assert read["household_address"] == "浙江省杭州市西湖区文三路478号3幢201室"


def test_lines_stand_where_they_were_drawn() -> None:
    lines = engine.read(np.asarray(sheet(["关于任职的通知", "二〇二六年十一月"])))
    assert [line.text for line in lines] == ["关于任职的通知", "二〇二六年十一月"]
    assert lines[0].bottom <= lines[1].top
    assert all(30 < line.left < 90 for line in lines)
    assert decode(encode(lines)) == lines


def test_an_empty_page_has_no_lines() -> None:
    assert engine.read(np.full((400, 300, 3), 255, np.uint8)) == ()


def test_a_picture_beyond_measure_is_refused_unread() -> None:
    vast = np.broadcast_to(np.uint8(255), (20_000, 20_000, 3))
    with pytest.raises(engine.TooLarge):
        engine.read(vast)


def test_a_missing_model_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    engine._engine.cache_clear()
    monkeypatch.setitem(engine._MODELS, "Det", "elsewhere.onnx")
    with pytest.raises(engine.NoModels):
        engine.read(np.full((40, 40, 3), 255, np.uint8))
    engine._engine.cache_clear()


def test_lines_side_by_side_are_read_from_left_to_right() -> None:
    label, text = Line("姓名", 60, 100, 120, 130), Line("沈知微", 150, 96, 260, 134)
    below = Line("性别", 60, 160, 120, 190)
    assert engine.in_reading_order([below, text, label]) == (label, text, below)


def test_a_web_process_does_not_load_the_reader() -> None:
    check = (
        "import django, sys; django.setup(); import dangan.config.urls;"
        "sys.exit(any(name in sys.modules for name in ('rapidocr', 'onnxruntime', 'cv2')))"
    )
    done = subprocess.run([sys.executable, "-c", check], check=False)
    assert done.returncode == 0
