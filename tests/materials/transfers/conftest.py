"""An office with an archive room, and slips on their way."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.archive import Archive
from tests.cast import Cast
from tests.materials.office import Office, make_office

from dangan.materials.catalogue.models import Volume
from dangan.materials.transfers import actions
from dangan.materials.transfers.actions import Slip
from dangan.materials.transfers.models import Transfer


@pytest.fixture
def office(cast: Cast, archive: Archive) -> Office:
    return make_office(cast, archive)


def slip_for(volumes: Sequence[Volume], **more: object) -> Slip:
    """To the talent service, by courier."""
    given = {
        "volumes": [volume.pk for volume in volumes],
        "receiver": "云岭市人才服务中心",
        "reason": "离职转档",
        "way": "courier",
        "courier": "机 2026-118",
        **more,
    }
    return Slip(**given)  # type: ignore[arg-type]  # a test's shorthand


def agreed(office: Office, volumes: Sequence[Volume], **more: object) -> Transfer:
    """Asked for and agreed by everybody."""
    row = actions.ask_transfer(office.actor("keeper"), slip_for(volumes, **more))
    office.carry(row.case)
    row.refresh_from_db()
    return row


def sent(office: Office, volumes: Sequence[Volume], **more: object) -> Transfer:
    """The same, on its way."""
    row = agreed(office, volumes, **more)
    return actions.send(office.actor("keeper"), transfer=row.pk)


def partial(office: Office, original: Volume) -> Volume:
    """A partial copy 副本 of a volume."""
    from dangan.materials.catalogue import actions as catalogue  # noqa: PLC0415 - only here

    return catalogue.open_volume(
        office.archive.archivist,
        subject=original.subject_id,
        fonds=office.archive.fonds,
        kind=original.kind,
        original=original.pk,
    )
