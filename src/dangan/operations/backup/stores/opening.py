"""From an address to the place."""

from __future__ import annotations

from dangan.operations.backup.places import FolderPlace, SftpPlace, place_of
from dangan.operations.backup.stores.base import Store


def open_store(url: str) -> Store:
    """The place that ``url`` names, reached; raises ``Unusable`` and ``Unreachable``.

    Only the library of the place in question is loaded: boto3 takes half a second.
    """
    place = place_of(url)
    if isinstance(place, FolderPlace):
        from dangan.operations.backup.stores.folder import FolderStore  # noqa: PLC0415

        return FolderStore(place.path)
    if isinstance(place, SftpPlace):
        from dangan.operations.backup.stores.sftp import SftpStore  # noqa: PLC0415

        return SftpStore(place)
    from dangan.operations.backup.stores.s3 import S3Store  # noqa: PLC0415

    return S3Store(place)
