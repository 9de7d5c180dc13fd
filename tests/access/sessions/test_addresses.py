"""Where a request comes from is what a trusted proxy says, never what the client wrote."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from dangan.access.sessions.addresses import address_of

CLIENT, PROXY, FORGED = "203.0.113.9", "10.0.0.1", "10.99.99.99"


@pytest.mark.parametrize(
    ("https", "trusted", "peer", "forwarded", "expected"),
    [
        (False, [], CLIENT, FORGED, CLIENT),
        (True, [], PROXY, CLIENT, CLIENT),
        (True, [], PROXY, f"{FORGED}, {CLIENT}", CLIENT),
        (True, [], CLIENT, "", CLIENT),
        (True, [f"{PROXY}/32"], CLIENT, FORGED, CLIENT),
        (True, [f"{PROXY}/32"], PROXY, f"{FORGED}, {CLIENT}", CLIENT),
        (True, ["10.0.0.0/29"], PROXY, f"{FORGED}, {CLIENT}, 10.0.0.2", CLIENT),
        (False, [f"{PROXY}/32"], PROXY, CLIENT, CLIENT),
        (True, [f"{PROXY}/32"], PROXY, "", PROXY),
        (True, [f"{PROXY}/32"], PROXY, "garbage", ""),
    ],
)
def test_only_a_trusted_proxy_is_believed(  # noqa: PLR0917 - a table of six columns
    settings, https, trusted, peer, forwarded, expected
):
    changed = {"https": https, "trusted_proxies": trusted}
    settings.DANGAN = settings.DANGAN.model_copy(update=changed)
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **extra)
    assert address_of(request) == expected
