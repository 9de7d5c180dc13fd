"""Settings of mail and robots are parsed strictly, and a password is never repeated."""

from __future__ import annotations

import pytest

from dangan.config.environment import BadSetting, MailServer, environment, mail_server


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch):
    def parse(**variables: str):
        for name, value in variables.items():
            monkeypatch.setenv(f"DANGAN_{name}", value)
        environment.cache_clear()
        return environment()

    yield parse
    environment.cache_clear()


def test_a_mail_server_is_one_line():
    url = "smtp://hr:p%40ss@mail.example.com:2525?tls=implicit"
    assert mail_server(url) == MailServer("mail.example.com", 2525, "hr", "p@ss", "implicit")
    assert mail_server("smtp://mail.example.com").tls == "starttls"
    assert mail_server("smtp://mail.example.com?tls=none").port == 25
    assert "p@ss" not in repr(mail_server(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.com",
        "smtp://",
        "smtp://hr@mail.example.com",
        "smtp://mail.example.com?tls=maybe",
        "smtp://mail.example.com?tsl=none",
        "smtp://mail.example.com:99999",
        "smtp://mail.example.com/inbox",
    ],
)
def test_anything_else_stops_the_start(start, url: str):
    with pytest.raises(BadSetting, match="DANGAN_MAIL_URL"):
        start(MAIL_URL=url, MAIL_FROM="hr@example.com")


def test_the_password_is_not_repeated(start):
    with pytest.raises(BadSetting) as stopped:
        start(MAIL_URL="smtp://hr:geheim@mail.example.com:99999", MAIL_FROM="hr@example.com")
    assert "geheim" not in str(stopped.value)
    assert stopped.value.__cause__ is None


def test_mail_needs_a_sender(start):
    with pytest.raises(BadSetting, match="DANGAN_MAIL_FROM"):
        start(MAIL_URL="smtp://mail.example.com")
    with pytest.raises(BadSetting, match="DANGAN_MAIL_FROM"):
        start(MAIL_URL="smtp://mail.example.com", MAIL_FROM="人事部")
    assert start(MAIL_URL="smtp://mail.example.com", MAIL_FROM="人事部 <hr@example.com>").mail_from


def test_robot_hosts_are_hosts(start):
    with pytest.raises(BadSetting, match="ALLOW_ROBOT_HOSTS"):
        start(ALLOW_ROBOT_HOSTS='["https://gateway.example.com"]')
    found = start(ALLOW_ROBOT_HOSTS='["Gateway.example.com:8443"]')
    assert found.allow_robot_hosts == ["gateway.example.com:8443"]


def test_links_need_the_public_address(start):
    with pytest.raises(BadSetting, match="PUBLIC_URL"):
        start(PUBLIC_URL="hr.example.com")
    assert start(PUBLIC_URL="https://hr.example.com/").public_url == "https://hr.example.com"
