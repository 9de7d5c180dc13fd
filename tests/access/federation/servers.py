"""A provider from PyPI in a process of its own, a hostile one, and a directory from Debian.

All listen on 127.0.0.1 on a free port, and are stopped by the process they were started as.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT = "dangan"
SECRET = "geheim-8842"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Until something listens there; fails when the process has ended."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert process.poll() is None, "the server has ended"
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not listen")


# --- the provider from PyPI --------------------------------------------------------------------


@dataclass(frozen=True)
class Mock:
    """``oidc-provider-mock`` in its own process."""

    issuer: str

    def allow(self, address: str, sub: str) -> str:
        """What a person does there: sign in as ``sub``. Gives back where the browser is sent."""
        answer = httpx.post(address, data={"sub": sub}, trust_env=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def deny(self, address: str) -> str:
        return httpx.post(address, data={"action": "deny"}, trust_env=False).headers["Location"]

    def person(self, sub: str, **claims: Any) -> None:
        """Somebody known there."""
        made = httpx.put(f"{self.issuer}/users/{sub}", json=claims, trust_env=False)
        assert made.status_code == 204, made.text


@contextmanager
def mock_provider() -> Iterator[Mock]:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "-n"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(port, process)
            yield Mock(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


# --- the hostile one ---------------------------------------------------------------------------


@dataclass
class Hostile:
    """A provider that answers as a story wants. What it signs is right unless told otherwise."""

    issuer: str
    key: RSAKey
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    """Given out instead of a token of its own making."""
    signed_with: Any = None
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    userinfo: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    slow: float = 0.0
    published: list[dict[str, Any]] | None = None
    nonce: str = ""

    def reset(self) -> None:
        fresh = Hostile(self.issuer, self.key)
        self.__dict__.update(fresh.__dict__)

    def answer_to(self, address: str, **changes: str | None) -> str:
        """Where the browser is sent after signing in; ``changes`` replace what the answer holds."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        self.nonce = asked["nonce"]
        said: dict[str, str | None] = {"code": secrets.token_urlsafe(8), "state": asked["state"]}
        said |= changes
        kept = {key: value for key, value in said.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"

    def made(self) -> str:
        """A token, right but for what the story changed."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "s-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "preferred_username": "chen",
        } | self.claims
        claims = {key: value for key, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "k1"} | self.header
        algorithms = ["RS256", "HS256", "none", "PS256"]
        return jwt.encode(header, claims, self.signed_with or self.key, algorithms=algorithms)

    def notice(self, **claims: Any) -> str:
        """A log-out token."""
        now = int(time.time())
        body = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "sub": "s-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | claims
        header = {"alg": "RS256", "kid": "k1", "typ": "logout+jwt"} | self.header
        kept = {key: value for key, value in body.items() if value is not None}
        return jwt.encode(header, kept, self.signed_with or self.key, algorithms=["RS256"])


def _unsigned(claims: dict[str, Any]) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return ".".join(_url_safe(json.dumps(part).encode()) for part in parts) + "."


def _url_safe(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def unsigned(hostile: Hostile) -> str:
    """The right claims under ``alg: none``."""
    now = int(time.time())
    return _unsigned(
        {
            "iss": hostile.issuer,
            "sub": "s-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": hostile.nonce,
            "preferred_username": "chen",
        }
    )


def signed_with(secret: bytes, hostile: Hostile) -> str:
    """The right claims under HS256 with ``secret``: as the provider's public key (the confusion of
    algorithms), or the secret that this client shares with it."""
    _head, body, _none = unsigned(hostile).split(".")
    head = _url_safe(json.dumps({"alg": "HS256", "kid": "k1"}).encode())
    mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_url_safe(mac)}"


@contextmanager
def hostile_provider() -> Iterator[Hostile]:
    port = free_port()
    hostile = Hostile(f"http://127.0.0.1:{port}", RSAKey.generate_key(2048, {"kid": "k1"}))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hostile.asked.append(self.path)
            if self.path.endswith("/openid-configuration"):
                self._say(_metadata(hostile))
            elif self.path == "/keys":
                keys = KeySet([hostile.key]).as_dict(private=False)["keys"]
                self._say({"keys": keys if hostile.published is None else hostile.published})
            elif self.path == "/userinfo":
                self._say(hostile.userinfo)
            else:
                self.send_error(404)

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            hostile.asked.append(self.path)
            length = int(self.headers.get("Content-Length", 0))
            hostile.forms.append(parse_qs(self.rfile.read(length).decode()))
            time.sleep(hostile.slow)
            token = hostile.token or hostile.made()
            self._say({"id_token": token, "access_token": "a-1", "token_type": "Bearer"})

        def _say(self, body: dict[str, Any]) -> None:
            plain = json.dumps(body).encode()
            self.send_response(hostile.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(plain)))
            self.end_headers()
            self.wfile.write(plain)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hostile
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _metadata(hostile: Hostile) -> dict[str, Any]:
    issuer = hostile.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/keys",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "end_session_endpoint": f"{issuer}/logout",
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        "code_challenge_methods_supported": ["S256"],
    } | hostile.metadata


def challenge_of(verifier: str) -> str:
    """What PKCE makes of a verifier (RFC 7636 § 4.2), worked out anew."""
    return _url_safe(hashlib.sha256(verifier.encode()).digest())


# --- the directory -----------------------------------------------------------------------------

BASE = "dc=example,dc=cn"
SEARCHER = f"cn=search,{BASE}"
SEARCH_PASSWORD = "suchen2026"

_CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {home}/pid
TLSCACertificateFile {home}/ca.pem
TLSCertificateFile {home}/server.pem
TLSCertificateKeyFile {home}/server.key
TLSVerifyClient never
sizelimit 100
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
rootpw root-8842
directory {home}/db
maxsize 10485760
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{searcher}" read by * none
"""

_ENTRIES = """
dn: {base}
objectClass: dcObject
objectClass: organization
o: 示例集团
dc: example

dn: {searcher}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: search
userPassword: {search_password}

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=elsewhere,{base}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:1/ou=elsewhere,dc=example,dc=cn
"""


@dataclass
class Directory:
    """slapd with a database of its own."""

    home: Path
    port: int
    tls_port: int

    def add(self, login: str, password: str, *, ou: str = "people", surname: str = "某") -> None:
        """Somebody with a password."""
        dn = f"uid={_escaped(login)},ou={ou},{BASE}"
        self._as_root(
            "add",
            dn,
            ["inetOrgPerson"],
            {"uid": login, "cn": login, "sn": surname, "userPassword": password},
        )

    def add_unit(self, name: str) -> None:
        self._as_root("add", f"ou={name},{BASE}", ["organizationalUnit"], {"ou": name})

    def remove(self, login: str, ou: str = "people") -> None:
        self._as_root("delete", f"uid={_escaped(login)},ou={ou},{BASE}")

    def _as_root(self, verb: str, *arguments: Any) -> None:
        from dangan.access.federation.directory import ldap3  # noqa: PLC0415 - silences it first

        server = ldap3.Server("127.0.0.1", self.port, get_info=ldap3.NONE)
        with ldap3.Connection(server, f"cn=root,{BASE}", "root-8842", auto_bind=True) as line:
            assert getattr(line, verb)(*arguments), line.result


def _escaped(name: str) -> str:
    return "".join(f"\\{letter}" if letter in ',+"\\<>;=#' else letter for letter in name)


@contextmanager
def directory(home: Path) -> Iterator[Directory]:
    slapd = shutil.which("slapd", path=os.environ["PATH"] + ":/usr/sbin")
    assert slapd, "slapd is missing: scripts/system.sh fetches it"
    found = Directory(home, free_port(), free_port())
    (home / "db").mkdir()
    certificates(home)
    names = {"home": home, "base": BASE, "searcher": SEARCHER, "search_password": SEARCH_PASSWORD}
    (home / "slapd.conf").write_text(_CONF.format(**names))
    (home / "entries.ldif").write_text(_ENTRIES.format(**names))
    subprocess.run(
        [
            str(Path(slapd).with_name("slapadd")),
            "-f",
            home / "slapd.conf",
            "-l",
            home / "entries.ldif",
        ],
        check=True,
        capture_output=True,
    )
    places = f"ldap://127.0.0.1:{found.port}/ ldaps://127.0.0.1:{found.tls_port}/"
    with subprocess.Popen(
        [slapd, "-d", "0", "-f", home / "slapd.conf", "-h", places],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(found.port, process)
            yield found
        finally:
            process.terminate()


def certificates(home: Path) -> None:
    """A certificate authority ``ca.pem`` and a certificate for 127.0.0.1; ``other.pem`` is of
    nobody's trust."""
    authority, signer = _certificate("Example CA", None)
    server, key = _certificate("127.0.0.1", (authority, signer))
    stranger, _ = _certificate("Other CA", None)
    for name, made in (("ca", authority), ("server", server), ("other", stranger)):
        (home / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (home / "server.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))


def _certificate(
    name: str, by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    import ipaddress  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(by[0].subject if by else called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if by is not None:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return made.sign(by[1] if by else key, hashes.SHA256()), key
