"""The accounts and browsers of the folder above."""

from tests.access.conftest import (  # noqa: F401 - fixtures
    console,
    make_account,
    quick_passwords,
    signed_in,
    units,
)
