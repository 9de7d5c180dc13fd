"""What the log says is held against the rules: the job, its watermark, its kill."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from tests.cast import Cast
from tests.security_room.conftest import Join

from dangan.access.queries import actor_of
from dangan.audit.actions import flush
from dangan.audit.rules import Event, Trail
from dangan.dossiers import actions as dossiers
from dangan.dossiers.queries import open_dossier
from dangan.security import watching
from dangan.security.alarms import register_probe
from dangan.security.alarms.probes import _probes
from dangan.security.models import Alarm, Watermark
from dangan.security.rules.stories import Suspicion


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """A test's transaction holds up the sequencer and is invisible to it: its events count."""
    from dangan.audit.queries import streaming  # noqa: PLC0415

    def all_of(after: streaming.Position, limit: int = 20_000):  # type: ignore[no-untyped-def]  # as the real one
        from django.db import connection  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT era, xid::text::bigint, {streaming._COLUMNS} FROM audit_event"
                " WHERE xid = pg_current_xact_id() AND id > %s ORDER BY id",
                [after.event],
            )
            rows = cursor.fetchall()
        lines = [streaming.Line(*row[2:]) for row in rows]
        last = streaming.Position(*rows[-1][:3]) if rows else after
        return lines, last

    monkeypatch.setattr(streaming, "follow", all_of)


def told(kind: str) -> list[Alarm]:
    return list(Alarm.objects.filter(kind=kind))


def noted(who: UUID, action: str, kind: str = "account", **parts: object) -> None:
    trail = Trail(uuid4(), who, kind, "192.0.2.7")
    trail.add(Event(action, **parts))  # type: ignore[arg-type]  # a test's own
    flush(trail)


def test_a_superiors_dossier_without_work(cast: Cast, join: Join) -> None:
    from dangan.access.queries import console_actor  # noqa: PLC0415
    from dangan.organization import actions as organization  # noqa: PLC0415

    organization.set_head(
        console_actor(), unit=cast.units["人力资源部"], head=cast.people["梁慎行"]
    )
    hr = actor_of(join("hr_specialist", name="何雨桐").id)
    open_dossier(hr, cast.people["梁慎行"])
    open_dossier(hr, cast.people["俞书衡"])
    flush(hr.trail)
    watching.look()
    assert len(told("superior")) == 1
    watching.look()
    assert Alarm.objects.get(kind="superior").count == 1


def test_work_explains_it(cast: Cast, join: Join) -> None:
    from dangan.access.queries import console_actor  # noqa: PLC0415
    from dangan.organization import actions as organization  # noqa: PLC0415

    organization.set_head(
        console_actor(), unit=cast.units["人力资源部"], head=cast.people["梁慎行"]
    )
    hr = actor_of(join("hr_specialist", name="何雨桐").id)
    open_dossier(hr, cast.people["梁慎行"])
    noted(hr.id, "record.write", subject=cast.people["梁慎行"])
    flush(hr.trail)
    watching.look()
    assert not told("superior")


def test_guessing_and_spraying(cast: Cast, join: Join) -> None:
    accounts = [join("finance") for _ in range(6)]
    for account in accounts:
        noted(UUID(int=0), "login.failed", "anonymous", outcome="failed", object=str(account.id))
    for _ in range(5):
        noted(
            UUID(int=0), "login.failed", "anonymous", outcome="failed", object=str(accounts[0].id)
        )
    watching.look()
    assert len(told("guessing")) == 1 and len(told("spray")) == 1


def test_hollow_reasons(cast: Cast, join: Join) -> None:
    hr = join("hr_specialist", name="何雨桐")
    noted(hr.id, "field.reveal", subject=cast.people["沈知微"], reason="其他：1111")
    watching.look()
    assert len(told("reveal")) == 1


def test_a_door_tried_again_and_again(cast: Cast, join: Join) -> None:
    hr = join("hr_specialist", name="何雨桐")
    for _ in range(20):
        noted(hr.id, "access.refuse", outcome="refused")
    watching.look()
    assert len(told("refused")) == 1


def test_a_look_that_is_killed_is_done_again_and_told_once(
    cast: Cast, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    hr = join("hr_specialist", name="何雨桐")
    noted(hr.id, "field.reveal", subject=cast.people["沈知微"], reason="其他：asdfasdf")
    for _ in range(20):
        noted(hr.id, "access.refuse", outcome="refused")
    real, calls = watching.raise_suspicion, []

    def killed(found: Suspicion) -> object:
        calls.append(found.kind)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(found)

    monkeypatch.setattr(watching, "raise_suspicion", killed)
    with pytest.raises(KeyboardInterrupt):
        watching.look()
    assert Watermark.objects.get().at is None
    monkeypatch.setattr(watching, "raise_suspicion", real)
    watching.look()
    assert len(told("reveal")) == 1 and len(told("refused")) == 1
    watching.look()
    assert Alarm.objects.filter(kind__in=["reveal", "refused"]).count() == 2


def test_rooms_tell_through_probes(cast: Cast) -> None:
    def overdue(now: datetime) -> list[Suspicion]:
        return [Suspicion(kind="drill", story=str(now.date()), at=now, facts={"days": 9})]

    def broken(now: datetime) -> list[Suspicion]:
        raise RuntimeError(now)

    register_probe("a-broken", broken)
    register_probe("drill", overdue)
    try:
        watching.look()
        watching.look()
    finally:
        _probes.pop("a-broken"), _probes.pop("drill")
    assert len(told("drill")) == 1


def test_a_long_silence_of_the_log_is_told(cast: Cast) -> None:
    watching.look(timezone.now() + timedelta(hours=2))
    assert len(told("log_lag")) == 1


def test_reveal_by_verb_springs_nothing_without_canary(cast: Cast, join: Join) -> None:
    from tests.security.conftest import row_of  # noqa: PLC0415

    hr = actor_of(join("hr_specialist", name="何雨桐").id)
    dossiers.reveal(
        hr,
        subject=cast.people["沈知微"],
        info_set="contact",
        row=row_of(cast.people["沈知微"], "contact"),
        field="mobile",
        reason="合同续签：核对联系方式",
    )
    flush(hr.trail)
    watching.look()
    assert not told("canary") and not told("reveal")
