"""Asking the directory (LDAP) whether a password is somebody's.

Bind as the search user, look for exactly one entry, bind as that entry. The password goes nowhere
else and is kept nowhere; without TLS nothing is said beyond the machine itself.
"""

from __future__ import annotations

import logging
import secrets
import ssl
import warnings
from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings

from dangan.config.federation import ldap_server

with warnings.catch_warnings():
    # ldap3 2.9.1 reads names of pyasn1 that newer ones call otherwise.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.core.exceptions import LDAPException
    from ldap3.core.results import RESULT_INVALID_CREDENTIALS, RESULT_SUCCESS
    from ldap3.utils.conv import escape_filter_chars

CONNECT = 3
ANSWER = 5
"""Seconds that connecting and each answer may take."""
LONGEST = 256

_log = logging.getLogger("dangan.federation")


@dataclass(frozen=True, slots=True)
class Answer:
    """``right``, ``wrong`` (unknown name included) or ``down``; for ``right`` the entry's own
    identifier, which never passes to another, and its log-in names as the directory spells them."""

    verdict: Literal["right", "wrong", "down"]
    ident: str = field(default="", repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)


WRONG = Answer("wrong")
DOWN = Answer("down")


def ask(login: str, password: str) -> Answer:
    """Whether ``password`` is that of the person whom the directory calls ``login``.

    An empty password is wrong before anybody is asked: a directory takes a bind without one as
    anonymous and says yes (RFC 4513 § 5.1.2). Whoever is not found costs a bind too, so that time
    tells nobody which names there are.
    """
    if not password or "\0" in password or not login or len(login) > LONGEST:
        return WRONG
    try:
        return _ask(login, password)
    except (LDAPException, OSError, ValueError) as error:
        _log.warning("the directory could not be asked: %s", type(error).__name__)
        return DOWN


def answers() -> bool:
    """Whether the directory lets the search user in: for the checks of the configuration."""
    try:
        with _Line(settings.DANGAN.ldap_bind_dn, _own_password()) as line:
            return line.bound
    except (LDAPException, OSError, ValueError):
        return False


def _ask(login: str, password: str) -> Answer:
    settled = settings.DANGAN
    with _Line(settled.ldap_bind_dn, _own_password()) as line:
        if not line.bound:
            _log.error("the directory does not accept the search user")
            return DOWN
        entry = line.only_entry(login)
    if entry is None:
        nobody = f"{settled.ldap_login}={secrets.token_hex(8)},{settled.ldap_base}"
        with _Line(nobody, secrets.token_hex(8)):
            return WRONG
    ident = entry["raw_attributes"].get(settled.ldap_id) or []
    if len(ident) != 1 or not ident[0]:
        _log.error("entries of the directory have no single %s", settled.ldap_id)
        return DOWN
    with _Line(str(entry["dn"]), password) as line:
        if not line.bound:
            return WRONG
    names = entry["attributes"].get(settled.ldap_login) or []
    spelt = (names,) if isinstance(names, str) else tuple(str(name) for name in names)
    return Answer("right", ident[0].hex(), spelt)


class _Tls(ldap3.Tls):
    """TLS as Python makes it today: hosts and addresses are compared by the standard library,
    which ldap3 2.9.1 does itself, with the rules of 2014."""

    def wrap_socket(self, connection: Any, do_handshake: bool = True) -> None:
        """Secures the connection's socket; raises :class:`ssl.SSLError`."""
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(
            connection.socket,
            server_hostname=connection.server.host,
            do_handshake_on_connect=do_handshake,
        )


class _Line:
    """A connection to the directory, secured before anything is said, as ``who``."""

    def __init__(self, who: str, password: str) -> None:
        place = ldap_server(settings.DANGAN.ldap_url)
        certificates = settings.DANGAN.ldap_ca_file
        server = ldap3.Server(
            place.host,
            port=place.port,
            use_ssl=place.tls == "implicit",
            tls=_Tls(
                validate=ssl.CERT_REQUIRED,
                ca_certs_file=str(certificates) if certificates else None,
            ),
            get_info=ldap3.NONE,
            connect_timeout=CONNECT,
        )
        self._starttls = place.tls == "starttls"
        self._connection = ldap3.Connection(
            server,
            user=who or None,
            password=password or None,
            authentication=ldap3.SIMPLE if who else ldap3.ANONYMOUS,
            client_strategy=ldap3.SYNC,
            auto_referrals=False,
            read_only=True,
            raise_exceptions=False,
            receive_timeout=ANSWER,
        )
        self.bound = False

    def __enter__(self) -> _Line:
        try:
            self._connection.open()
            if self._starttls and not self._connection.start_tls():
                raise LDAPException
            self._connection.bind()
        except BaseException:
            self._connection.unbind()
            raise
        code = self._connection.result["result"]
        if code not in {RESULT_SUCCESS, RESULT_INVALID_CREDENTIALS}:
            _log.warning("the directory answered a bind with %s", code)
        self.bound = code == RESULT_SUCCESS
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.unbind()

    def only_entry(self, login: str) -> dict[str, Any] | None:
        """The one entry of this name; None for none, and for two, which nobody can tell apart."""
        settled = settings.DANGAN
        name = escape_filter_chars(login)
        self._connection.search(
            settled.ldap_base,
            f"(&{settled.ldap_filter}({settled.ldap_login}={name}))",
            search_scope=ldap3.SUBTREE,
            dereference_aliases=ldap3.DEREF_NEVER,
            attributes=[settled.ldap_login, settled.ldap_id],
            size_limit=2,
            time_limit=ANSWER,
        )
        # Referrals to other servers are part of the answer and not followed.
        found = [line for line in self._connection.response or () if "raw_attributes" in line]
        if len(found) > 1:
            _log.warning("the directory has several entries of one name; nobody is let in by it")
        return found[0] if len(found) == 1 and found[0]["dn"] else None


def _own_password() -> str:
    path = settings.DANGAN.ldap_bind_password_file
    return path.read_text("utf-8").strip() if path else ""
