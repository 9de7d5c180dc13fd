"""Signing in with the password of the house's directory: slapd from Debian."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from tests.access.conftest import PASSWORD, MakeAccount, log_in
from tests.access.federation.fixtures import Settle, signed_in
from tests.access.federation.servers import Directory

from dangan.access.federation import directory
from dangan.access.federation.models import Link
from dangan.access.models import Account

THERE = "mulu-2026"


@pytest.fixture(scope="module")
def people(ldap_server: Directory) -> Directory:
    """陈 has an account here and an entry there; 王 has only an entry."""
    ldap_server.add("chen", THERE, surname="陈")
    ldap_server.add("wang", THERE, surname="王")
    ldap_server.add("adm", THERE)
    return ldap_server


def try_login(login: str, password: str) -> str:
    """What the log-in page answers."""
    answer = Client().post("/login/", {"login": login, "password": password})
    return "" if answer.status_code == 302 else answer.content.decode()


def test_the_directorys_password_opens(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    account = make_account("chen", "finance")
    assert signed_in(log_in("chen", THERE))
    assert Link.objects.get().account_id == account
    assert THERE not in Account.objects.get().password
    assert not signed_in(log_in("chen", "falsch2026"))


def test_the_case_of_the_name_does_not_matter(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    make_account("Chen", "finance")
    assert signed_in(log_in("CHEN", THERE))


def test_no_account_is_made(people: Directory, ldap: Directory) -> None:
    assert "没有与它对应的账号" in try_login("wang", THERE)
    assert not Account.objects.exists()


def test_unknown_here_unknown_there_and_wrong_are_worded_alike(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    make_account("only-here", "finance")
    for name in ("chen", "wang", "only-here", "nobody"):
        assert "账号或密码不正确，还可以试 4 次" in try_login(name, "falsch2026")


def test_known_and_unknown_take_as_long(people: Directory, ldap: Directory) -> None:
    def seconds(name: str) -> float:
        began = time.perf_counter()
        assert directory.ask(name, "falsch2026").verdict == "wrong"
        return time.perf_counter() - began

    both = [(seconds("chen"), seconds("nobody")) for _ in range(12)]
    known, unknown = (min(times) for times in zip(*both, strict=True))
    assert abs(known - unknown) < 0.5 * max(known, unknown) + 0.003


def test_five_failures_lock_as_everywhere(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    for _ in range(5):
        try_login("chen", "falsch2026")
    assert "分钟后再试" in try_login("chen", THERE)


def test_an_account_that_is_shut_stays_shut(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    account = make_account("chen", "finance")
    Account.objects.filter(pk=account).update(state="ended")
    assert "账号已停用" in try_login("chen", THERE)
    assert not Link.objects.exists()


def test_the_local_password_counts_where_it_is_let(
    people: Directory, ldap: Directory, make_account: MakeAccount, settle: Settle
) -> None:
    make_account("chen", "finance")
    make_account("adm", "it")
    assert signed_in(log_in("chen", PASSWORD))
    settle(local_passwords="administrators")
    assert not signed_in(log_in("chen", PASSWORD))
    assert signed_in(log_in("chen", THERE))
    assert signed_in(log_in("adm", PASSWORD))


def test_an_administrator_does_not_come_in_by_the_directory(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    """Who can make entries there must not become an administrator here."""
    make_account("adm", "it")
    assert "管理员账号用本系统的密码登录" in try_login("adm", THERE)


def test_a_directory_that_is_down_is_named_and_the_administrator_gets_in(
    ldap: Directory, make_account: MakeAccount, settle: Settle
) -> None:
    make_account("chen", "finance")
    make_account("adm", "it")
    settle(ldap_url="ldap://127.0.0.1:1?tls=none", local_passwords="administrators")
    for name in ("chen", "nobody", "adm"):
        assert "企业目录暂时连不上" in try_login(name, "falsch2026")
    assert signed_in(log_in("adm", PASSWORD))


def test_a_search_user_that_is_not_let_in_is_the_same_as_down(
    people: Directory, ldap: Directory, make_account: MakeAccount, settle: Settle, tmp_path: Path
) -> None:
    make_account("chen", "finance")
    wrong = tmp_path / "wrong"
    wrong.write_text("falsch")
    settle(ldap_bind_password_file=wrong)
    assert not directory.answers()
    assert "企业目录暂时连不上" in try_login("chen", THERE)


def test_an_entry_that_was_made_anew_is_somebody_else(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    """The name was given to another person after the first had signed in."""
    make_account("zhao", "finance")
    ldap.add("zhao", THERE)
    assert signed_in(log_in("zhao", THERE))
    ldap.remove("zhao")
    ldap.add("zhao", "another-2026")
    assert "已与另一个企业账号关联" in try_login("zhao", "another-2026")


def test_two_entries_of_one_name_let_nobody_in(
    people: Directory, ldap: Directory, make_account: MakeAccount
) -> None:
    make_account("li", "finance")
    ldap.add_unit("twins")
    ldap.add("li", THERE)
    ldap.add("li", "andere-2026", ou="twins")
    for password in (THERE, "andere-2026"):
        assert "账号或密码不正确" in try_login("li", password)


@pytest.mark.parametrize("scheme", ["ldaps", "starttls"])
def test_over_tls_with_the_houses_own_certificate(
    people: Directory, ldap: Directory, settle: Settle, scheme: str
) -> None:
    places = {
        "ldaps": f"ldaps://127.0.0.1:{ldap.tls_port}",
        "starttls": f"ldap://127.0.0.1:{ldap.port}",
    }
    settle(ldap_url=places[scheme], ldap_ca_file=ldap.home / "ca.pem")
    assert directory.ask("chen", THERE).verdict == "right"
    settle(ldap_ca_file=ldap.home / "other.pem")
    assert directory.ask("chen", THERE).verdict == "down"
    settle(
        ldap_url=places[scheme].replace("127.0.0.1", "localhost"), ldap_ca_file=ldap.home / "ca.pem"
    )
    assert directory.ask("chen", THERE).verdict == "down"  # the certificate names 127.0.0.1


def test_a_password_asked_for_again_goes_the_same_way(
    people: Directory, ldap: Directory, make_account: MakeAccount, settle: Settle
) -> None:
    """Grave deeds ask for the password once more: the directory's, where that is it."""
    make_account("chen", "finance")
    settle(local_passwords="administrators")
    browser = log_in("chen", THERE)
    assert browser.post("/confirm/", {"proof_password": PASSWORD}).status_code == 422
    assert browser.post("/confirm/", {"proof_password": THERE}).status_code == 302


def test_the_password_stands_nowhere(
    people: Directory, ldap: Directory, make_account: MakeAccount, caplog: pytest.LogCaptureFixture
) -> None:
    make_account("chen", "finance")
    log_in("chen", THERE)
    with connection.cursor() as cursor:
        for table in ("access_account", "audit_event", "federation_link"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            assert THERE not in (cursor.fetchone()[0] or "")
    assert THERE not in caplog.text
