"""Where sealed files are kept, as Django's storages take it."""

from __future__ import annotations

from typing import Any

from dangan.config.environment import Environment, file_store


def files(env: Environment) -> dict[str, Any]:
    """The folder ``files`` of the home, or the bucket of ``DANGAN_FILES_URL``."""
    if not env.files_url:
        return {
            "BACKEND": "dangan.files.storage.DurableStorage",
            "OPTIONS": {
                "location": env.home / "files",
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    store = file_store(env.files_url)
    options: dict[str, Any] = {
        "bucket_name": store.bucket,
        "location": store.prefix,
        "endpoint_url": store.endpoint or None,
        "region_name": store.region or None,
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": True,
        "signature_version": "s3v4",
        "addressing_style": "path" if store.endpoint else "auto",
    }
    if store.key:
        options |= {"access_key": store.key, "secret_key": store.secret}
    return {"BACKEND": "dangan.files.buckets.BucketStorage", "OPTIONS": options}
