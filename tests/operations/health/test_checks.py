"""What the page of checks says of availability."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import override_settings

from dangan.config import stores
from dangan.operations.health import checks

pytestmark = pytest.mark.django_db


def _given(**more: object) -> override_settings:
    return override_settings(DANGAN=settings.DANGAN.model_copy(update=more))


def test_the_embedded_database_has_no_stand_by_and_says_so() -> None:
    assert checks._standby().state == "warn"
    with _given(database_url="postgresql://db/dangan"):
        assert checks._standby().state == "warn", "none is named"


def test_figures_open_to_the_internet_are_bad() -> None:
    assert checks._metrics().state == "ok"
    with _given(metrics_networks=["203.0.113.0/24"]):
        assert checks._metrics().state == "bad"
    for world in ("0.0.0.0/0", "::/0", "10.0.0.0/7"):
        with _given(metrics_networks=[world]):
            assert checks._metrics().state == "bad"
    with _given(metrics_networks=["10.3.0.0/16", "fd00:1::/32"]):
        assert checks._metrics().state == "ok"


def test_a_file_store_that_is_away_is_bad_and_one_that_answers_is_not() -> None:
    assert checks._files_store().state == "ok"
    url = "s3://key:secret@gone?endpoint=http://127.0.0.1:9&region=x"
    away = stores.files(settings.DANGAN.model_copy(update={"files_url": url}))
    with override_settings(STORAGES={**settings.STORAGES, "files": away}):
        assert checks._files_store().state == "bad"


def test_the_rest_answers() -> None:
    assert checks._replica().state == "ok"
    assert checks._connections().state == "ok"
    assert checks._logs().state == "ok"
