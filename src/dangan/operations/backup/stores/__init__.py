"""Where back-ups lie: a folder, an SFTP server, an S3-compatible store.

An object appears under its name whole or not at all. Names are our own: letters, digits, ``-``,
``.`` and ``/``.
"""

from dangan.operations.backup.stores.base import Lost, Readable, Sink, Store
from dangan.operations.backup.stores.opening import open_store

__all__ = ["Lost", "Readable", "Sink", "Store", "open_store"]
