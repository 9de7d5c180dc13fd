"""Mail goes out once, says nothing personal, is tried again, and is given up only after days."""

from __future__ import annotations

import smtplib
import ssl
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils import timezone
from tests.cast import written_events
from tests.notices.ports import free_port

from dangan.access.models import Account, AccountState
from dangan.notices import actions, queries
from dangan.notices.actions import CannotTest, tell
from dangan.notices.carrying.outbox import deliver, tidy
from dangan.notices.models import Delivery, Notice
from dangan.notices.rules.wishes import Wish

pytestmark = pytest.mark.django_db
CASE = {"number": "XG-2026-00012", "label": "信息变更", "label_en": "Change of data"}
SECONDS = timedelta(seconds=5)


@pytest.fixture
def zhiwei(account):
    actor = account("沈知微")
    actions.save_wish(actor, wish=Wish(quiet=None))
    return actor


def told(zhiwei, topic="case.agreed") -> None:
    tell(accounts=[zhiwei.id], topic=topic, url="/cases/1/", facts=CASE)


def later(**ago: float):
    return timezone.now() + timedelta(**ago)


def test_a_mail_says_number_label_and_link_and_nobody_s_name(mailbox, zhiwei):
    told(zhiwei)
    assert deliver().sent == 1
    (mail,) = mailbox.messages
    assert mail["Subject"] == "信息变更 XG-2026-00012 已同意"
    assert mail["To"] == "u020486@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    for body in (text, html):
        assert "https://hr.example.com/cases/1/" in body
        assert "https://hr.example.com/notices/settings/" in body
        assert not any(secret in body for secret in ("沈知微", "13812345678", "199106122040"))
    assert deliver().sent == 0


def test_a_mail_is_in_the_language_asked_for(mailbox, zhiwei):
    actions.save_wish(zhiwei, wish=Wish(quiet=None, language="en"))
    told(zhiwei)
    deliver()
    assert mailbox.messages[0]["Subject"] == "Change of data XG-2026-00012 was agreed"


def test_what_is_due_together_comes_as_one_mail(mailbox, zhiwei):
    actions.save_wish(zhiwei, wish=Wish(digest="hourly", quiet=None))
    for _ in range(3):
        told(zhiwei)
    assert deliver().sent == 0
    assert deliver(later(hours=1)).sent == 3
    (mail,) = mailbox.messages
    assert mail["Subject"] == "3 条通知"
    assert mail.get_body(("plain",)).get_content().count("/cases/1/") == 3


def test_a_server_that_is_away_is_tried_again(mailbox, zhiwei, monkeypatch):
    told(zhiwei)
    away = settings.DANGAN.mail_url
    monkeypatch.setattr(settings.DANGAN, "mail_url", "smtp://127.0.0.1:1?tls=none")
    assert deliver().retried == 1
    item = Delivery.objects.get()
    assert (item.state, item.attempts, item.error) == ("waiting", 1, "unreachable")
    assert item.due_at > timezone.now() + timedelta(seconds=50)
    assert deliver().sent == 0  # not due yet
    monkeypatch.setattr(settings.DANGAN, "mail_url", away)
    assert deliver(later(minutes=2)).sent == 1
    assert len(mailbox.messages) == 1


def test_after_three_days_it_is_given_up_and_an_administrator_tries_again(
    mailbox, zhiwei, cast, monkeypatch
):
    told(zhiwei)
    there = settings.DANGAN.mail_url
    monkeypatch.setattr(settings.DANGAN, "mail_url", "smtp://127.0.0.1:1?tls=none")
    assert deliver(later(days=3, minutes=1)).failed == 1
    it = cast.actor("it")
    (line,) = queries.channels(it).failed
    assert line.why == "连不上对方服务器，请检查网络、地址和端口"
    monkeypatch.setattr(settings.DANGAN, "mail_url", there)
    assert deliver(later(days=4)).sent == 0
    assert actions.retry_all(it) == 1
    assert deliver().sent == 1
    assert ("notice.retry", "done") in written_events(it)


def test_a_refused_recipient_is_given_up_at_once_and_others_still_get_theirs(
    mailbox, zhiwei, account
):
    mailbox.answers["RCPT"] = "550 no such user"
    told(zhiwei)
    assert deliver().failed == 1
    assert Delivery.objects.get().code == 550
    mailbox.answers.clear()
    told(zhiwei)
    assert deliver().sent == 1


def test_a_full_mailbox_is_tried_again(mailbox, zhiwei):
    mailbox.answers["RCPT"] = "452 mailbox full"
    told(zhiwei)
    assert deliver().retried == 1
    mailbox.answers = {"DATA": "554 looks like spam"}
    assert deliver(later(minutes=2)).retried == 1
    assert Delivery.objects.get().error == "mail_refused"


def test_who_has_left_or_has_no_address_gets_nothing(mailbox, zhiwei, account, cast):
    told(zhiwei)
    Account.objects.filter(pk=zhiwei.id).update(state=AccountState.LOCKED)
    assert deliver().dropped == 1
    assert Delivery.objects.get().error == "account_gone"
    assert mailbox.messages == []


def test_a_worker_that_died_loses_nothing(mailbox, zhiwei):
    told(zhiwei)
    Delivery.objects.update(state="claimed", claimed_at=timezone.now())
    assert deliver().sent == 0
    assert deliver(later(minutes=11)).sent == 1
    assert len(mailbox.messages) == 1


def test_the_same_mail_sent_twice_has_one_message_id(mailbox, zhiwei):
    told(zhiwei)
    deliver()
    Delivery.objects.update(state="waiting")
    deliver(later(seconds=1))
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_password_never_crosses_in_clear_unless_said(mailbox, zhiwei, monkeypatch):
    plain = settings.DANGAN.mail_url.replace("?tls=none", "")
    monkeypatch.setattr(settings.DANGAN, "mail_url", plain)
    told(zhiwei)
    assert deliver().sent == 0
    assert mailbox.messages == []


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine for an hour, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = timezone.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, private


def test_user_and_password_go_through_starttls_to_a_server_one_can_trust(
    mailbox, zhiwei, monkeypatch, tmp_path
):
    given = []

    def check(_server, _session, _envelope, _mechanism, login):
        given.append((login.login, login.password))
        return AuthResult(success=True)

    pem, private = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, private)
    port = free_port()
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, tls_context=context, authenticator=check,
        auth_required=True, require_starttls=True,
    )  # fmt: skip
    controller.start()
    monkeypatch.setattr(settings.DANGAN, "mail_url", f"smtp://hr:geheim@127.0.0.1:{port}")
    try:
        told(zhiwei)
        assert deliver().retried == 1  # nobody vouches for the certificate
        assert (Delivery.objects.get().error, given) == ("tls", [])
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert deliver(later(minutes=2)).sent == 1
    finally:
        controller.stop()
    assert given == [(b"hr", b"geheim")]
    assert len(mailbox.messages) == 1


def test_the_test_button_says_what_is_wrong(mailbox, cast, monkeypatch):
    it = cast.actor("it")
    actions.test_mail(it)
    assert mailbox.messages[0]["To"] == "hr@example.com"
    monkeypatch.setattr(settings.DANGAN, "mail_url", "smtp://127.0.0.1:1?tls=none")
    with pytest.raises(CannotTest, match="连不上"):
        actions.test_mail(it)
    assert written_events(it)[-2:] == [
        ("notice.mail_test", "done"), ("notice.mail_test", "failed")
    ]  # fmt: skip


def test_the_login_is_told_apart_from_the_network(mailbox, zhiwei, monkeypatch):
    def refuse(*_: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"authentication failed")

    monkeypatch.setattr(smtplib.SMTP, "login", refuse)
    url = settings.DANGAN.mail_url.replace("smtp://", "smtp://hr:wrong@")
    monkeypatch.setattr(settings.DANGAN, "mail_url", url)
    told(zhiwei)
    assert deliver().retried == 1
    assert (Delivery.objects.get().error, Delivery.objects.get().code) == ("login", 535)


def test_what_was_read_and_carried_long_ago_goes(mailbox, zhiwei):
    told(zhiwei)
    told(zhiwei)
    deliver()
    actions.mark_read(zhiwei, notices=[queries.latest(zhiwei)[0].id])
    tidy(later(days=60))
    assert (Notice.objects.count(), Delivery.objects.count()) == (2, 2)
    tidy(later(days=181))
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 0)
