"""What a browser calls itself, and which networks an address is in. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping

BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("wxwork", "企业微信"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("QQBrowser", "QQ 浏览器"),
    ("360SE", "360 浏览器"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
MOST_NETWORKS = 50


class BadNetwork(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A line is no network; ``line`` repeats it."""

    def __init__(self, line: str) -> None:
        super().__init__("not a network")
        self.line = line


def family_of(agent: str) -> tuple[str, str]:
    """The browser and the system that a ``User-Agent`` names; empty for none that is known.

    Families only: versions and models would tell more about a person than a list needs.
    """
    found = [
        next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)
    ]
    return found[0], found[1]


def networks_from(text: str) -> list[str]:
    """The networks of a text, one a line or between commas, in their shortest form.

    Raises :class:`BadNetwork`. An address alone is a network of one; bits beyond the prefix are
    a mistake, since 10.1.2.3/8 may have been meant as either.
    """
    found: dict[str, None] = {}
    for line in re.split(r"[\s,，、;；]+", text.strip()):
        if not line:
            continue
        try:
            found[str(ipaddress.ip_network(line))] = None
        except ValueError:
            raise BadNetwork(line) from None
    return list(found)


def inside(address: str, networks: Iterable[str]) -> bool:
    """Whether ``address`` is in one of ``networks``; what is no address is in none.

    An IPv4 address written as IPv6 (``::ffff:10.0.0.1``) is the IPv4 address.
    """
    try:
        at = ipaddress.ip_address(address)
    except ValueError:
        return False
    at = getattr(at, "ipv4_mapped", None) or at
    known = (ipaddress.ip_network(network) for network in networks)
    return any(at.version == network.version and at in network for network in known)


def shut_out(
    address: str, roles: Iterable[str], limits: Mapping[str, Iterable[str]]
) -> frozenset[str]:
    """Which of ``roles`` do not count at ``address``."""
    return frozenset(role for role in roles if role in limits and not inside(address, limits[role]))
