"""Mail: how one reads and how it is handed over. It carries numbers, labels and a link."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from types import TracebackType
from typing import Self

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from dangan.config.environment import mail_server
from dangan.notices.rules.outbox import Trouble
from dangan.notices.rules.topics import Facts
from dangan.notices.topics import say

TIMEOUT = 20.0
"""Seconds that a mail server may take for one answer."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a mail tells."""

    ident: str
    topic: str
    url: str
    facts: Facts


def configured() -> bool:
    """Whether a mail server is set."""
    return bool(settings.DANGAN.mail_url)


def sender_address() -> str:
    """The address that mail comes from; empty when none is set."""
    return parseaddr(settings.DANGAN.mail_from)[1]


def absolute(url: str) -> str:
    """An address of this site as others open it."""
    return f"{settings.DANGAN.public_url}{url}"


def compose(to: str, items: Sequence[Item], language: str) -> EmailMessage:
    """One mail for one or many notices. The same notices make the same Message-ID.
    Raises :class:`Trouble` for an address that is none.

    A mail that went out although the worker died before noting it comes twice with one
    Message-ID; most mail programs then show one.
    """
    with translation.override(language):
        lines = [(say(item.topic, item.facts, language), absolute(item.url)) for item in items]
        count = len(lines)
        subject = lines[0][0].title if count == 1 else _("{n} 条通知").format(n=count)
        context = {"lines": lines, "settings_url": absolute("/notices/settings/")}
        text = render_to_string("notices/mail.txt", context)
        html = render_to_string("notices/mail.html", context | {"language": language})
    return _message(to, subject, text, html, [item.ident for item in items])


def compose_test(to: str) -> EmailMessage:
    """The mail of the administrator's test button."""
    subject = _("档案系统的测试邮件")
    text = _("收到这封邮件，说明邮件服务器设置正确。")
    return _message(to, subject, text, f"<p>{text}</p>", [formatdate()])


def _message(to: str, subject: str, text: str, html: str, idents: Sequence[str]) -> EmailMessage:
    message = EmailMessage()
    sender = settings.DANGAN.mail_from
    domain = sender_address().partition("@")[2] or "localhost"
    digest = hashlib.sha256(" ".join(sorted(idents)).encode()).hexdigest()[:32]
    # Labels are data: one of several lines must neither add a header nor stop the outbox.
    message["From"], message["Subject"] = sender, " ".join(subject.split())
    _address(message, to)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{digest}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def _address(message: EmailMessage, to: str) -> None:
    """Addresses are data too: one that reads as several (RFC 2047 words are undone in headers),
    or as none, is nobody's. Raises :class:`Trouble`, so that the other mails still go."""
    try:
        message["To"] = to
        read = [item.addr_spec for item in message["To"].addresses]
    except (ValueError, IndexError, AttributeError):
        raise Trouble("recipient", final=True) from None
    if read != [to]:
        raise Trouble("recipient", final=True)


class Postman:
    """One connection to the mail server for many mails; raises :class:`Trouble` where it fails."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection, politely if that is still possible."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def send(self, message: EmailMessage) -> None:
        """Hands one mail over."""
        try:
            self._connected().send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise Trouble("recipient", code, final=code >= 500) from None
        except smtplib.SMTPSenderRefused as error:
            raise Trouble("sender", error.smtp_code) from None
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise Trouble("login", error.smtp_code) from None
        except smtplib.SMTPResponseException as error:
            self.close()
            raise Trouble("mail_refused", error.smtp_code) from None
        except ssl.SSLError:
            self.close()
            raise Trouble("tls") from None
        except TimeoutError:
            self.close()
            raise Trouble("timeout") from None
        except (smtplib.SMTPException, OSError, UnicodeError):
            self.close()
            raise Trouble("unreachable") from None

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        if not configured():
            raise Trouble("not_configured")
        to = mail_server(settings.DANGAN.mail_url)
        safe = ssl.create_default_context()
        if to.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=TIMEOUT, context=safe)
        else:
            server = smtplib.SMTP(to.host, to.port, timeout=TIMEOUT)
        self._server = server
        if to.tls == "starttls":
            server.starttls(context=safe)
        if to.user:
            server.login(to.user, to.password)
        return server
