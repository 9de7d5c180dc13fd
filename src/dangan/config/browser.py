"""What browsers are told to refuse: the content policy, cookie names, features of the machine.

Plain values worked out from two facts, so that a test can ask for both deployments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from csp.constants import NONE, SELF

REPORTS = "/csp/"
"""Where browsers report what the policy refused (``ui:violation``)."""

_OFF = (
    "accelerometer", "autoplay", "browsing-topics", "display-capture",
    "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "sync-xhr", "usb",
    "window-management", "xr-spatial-tracking",
)  # fmt: skip


def content_policy(*, https: bool) -> dict[str, Any]:
    """The policy of every page: own scripts and styles only, nothing inline, nothing evaluated.

    ``data:`` pictures are the thumbnails of scans, which share one logged look. No text becomes a
    script: ``ui/trusted.js`` makes the one policy through which HTML reaches the page.
    """
    directives: dict[str, Sequence[str] | bool] = {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "frame-src": [NONE],
        "worker-src": [NONE],
        "manifest-src": [NONE],
        "media-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default", "dangan-inert"],
        "report-uri": [REPORTS],
        "report-to": ["browser"],
    }
    if https:
        directives["upgrade-insecure-requests"] = True
    return {"DIRECTIVES": directives}


UPLOADS_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For whatever is not a page: should a browser show it after all, nothing in it runs or loads."""


def features(*, camera: bool) -> str:
    """``Permissions-Policy``: the camera where labels are scanned, passkeys, nothing else."""
    allowed = {
        "camera": "(self)" if camera else "()",
        "clipboard-read": "()",
        "clipboard-write": "(self)",
        "publickey-credentials-create": "(self)",
        "publickey-credentials-get": "(self)",
    }
    return ", ".join(f"{k}={v}" for k, v in (dict.fromkeys(_OFF, "()") | allowed).items())


def cookie_name(name: str, *, https: bool, path: bool = False) -> str:
    """With https the name binds the cookie to this very host (RFC 6265bis, cookie prefixes);
    ``path`` for cookies of one part of the site, which may only be told to be secure."""
    if not https:
        return f"dangan_{name}"
    return f"{'__Secure-' if path else '__Host-'}dangan_{name}"
