"""Two policies; what many people choose is refused by both, and so is one's own name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client
from django.utils import timezone
from tests.access.conftest import PASSWORD, log_in
from tests.access.factors.conftest import Somebody

from dangan.access import actions, passwords
from dangan.access.actions.accounts import check_not_recent, keep_old, validate
from dangan.access.models import Account

COMMON = """
woaini1314 Woaini@2024 5201314qq iloveyou520 woaizhongguo1949 admin@123 P@ssw0rd2024 1qaz@WSX
qwertyuiop12 123456789012 aaaaaaaaaaaa abcabcabcabc zhw19900307 13812345678 a13812345678 huawei12#$
renshi123456 wodemima123456 password123456 letmein123 zhangwei1990 ｗｏａｉｎｉ１３１４ 1q2w3e4r5t6y
longmajingshen888 football1 liwei520
"""
GOOD = """
chengxu2026 qingtian88 correct-horse-7 yuliang-7-baihe bohexiang2027 沿江路3号梧桐
"""


@pytest.fixture(params=["dengbao3", "asvs"])
def held(request: pytest.FixtureRequest, settings) -> str:
    settings.DANGAN = settings.DANGAN.model_copy(update={"password_policy": request.param})
    return str(request.param)


def account() -> Account:
    made = Account()
    made.login, made.name = "heyutong", "何雨桐"
    return made


def refusals(password: str) -> list[str]:
    try:
        validate(password, account())
    except actions.BadPassword as refused:
        return refused.messages
    return []


def test_what_many_choose_is_refused_by_both(db: None, held: str) -> None:
    taken = [
        password
        for password in COMMON.split()
        if not any("很多人" in message for message in refusals(password))
    ]
    assert taken == []


def test_what_few_choose_is_not_called_common() -> None:
    assert [password for password in GOOD.split() if passwords.is_common(password)] == []


def test_the_lists_name_more_than_ten_thousand() -> None:
    assert len(passwords._international()) > 10_000
    assert passwords.size_of_lists() > 50_000


def test_what_is_made_from_the_own_name_is_refused_by_both(db: None, held: str) -> None:
    for password in ("heyutong-8842", "HeYuTong2026!", "xheyutongx77ab", "何雨桐88abcdwx"):
        assert any("姓名" in message for message in refusals(password)), password


def test_what_is_made_from_the_name_of_the_firm_is_refused(units) -> None:
    assert any("单位名" in message for message in refusals("shilijituan-26"))
    assert any("单位名" in message for message in refusals("Huadonggongsi77"))


def test_the_policy_of_dengbao(db: None, settings) -> None:
    settings.DANGAN = settings.DANGAN.model_copy(update={"password_policy": "dengbao3"})
    assert refusals("bohe77x") == ["密码太短，至少 8 位"]
    assert refusals("bohexiang") == ["密码要同时含有字母和数字"]
    assert refusals("bohexia7") == []


def test_the_policy_of_asvs(db: None, settings) -> None:
    settings.DANGAN = settings.DANGAN.model_copy(update={"password_policy": "asvs"})
    assert refusals("bohexiang77") == ["密码太短，至少 12 位"]
    assert refusals("梧桐树下的旧自行车铃铛响") == []
    assert refusals("bo he xiang de niao") == []
    assert refusals("q7" * 3 + "Lw#" * 40) == []
    assert refusals("k3#" + "hv7Wq" * 26) == ["密码太长，最多 128 位"]


def test_a_password_of_ninety_days_must_be_changed(somebody: Somebody) -> None:
    somebody("chen")
    then = timezone.now() - timedelta(days=90)
    Account.objects.update(password_changed_at=then)
    browser = log_in("chen")
    assert browser.get("/help/")["Location"] == "/password/"
    assert "到期" in browser.get("/password/").content.decode()
    new = {"new": "qingtian88", "again": "qingtian88"}
    assert browser.post("/password/", new).status_code == 302
    assert browser.get("/help/").status_code == 200


def test_by_asvs_no_password_grows_old(somebody: Somebody, settings) -> None:
    somebody("chen")
    settings.DANGAN = settings.DANGAN.model_copy(update={"password_policy": "asvs"})
    Account.objects.update(password_changed_at=timezone.now() - timedelta(days=900))
    assert log_in("chen").get("/help/").status_code == 200


@pytest.mark.parametrize(("policy", "remembered"), [("dengbao3", 5), ("asvs", 1)])
def test_the_last_ones_do_not_come_back(
    somebody: Somebody, settings, policy: str, remembered: int
) -> None:
    row = Account.objects.get(pk=somebody("chen").id)
    settings.DANGAN = settings.DANGAN.model_copy(update={"password_policy": policy})
    for number in range(6):
        keep_old(row)
        row.password = make_password(f"bohexiang{number}77")
    for number in range(6):
        if number >= 6 - remembered:
            with pytest.raises(actions.BadPassword):
                check_not_recent(row, f"bohexiang{number}77")
        else:
            check_not_recent(row, f"bohexiang{number}77")


def test_the_parameters_are_as_owasp_asks_or_more() -> None:
    made = passwords.Argon2id()
    assert made.memory_cost >= 19 * 1024 and made.time_cost >= 2 and made.parallelism >= 1


def test_a_hash_of_other_parameters_is_made_anew_at_log_in(somebody: Somebody, settings) -> None:
    chen = somebody("chen")
    before = Account.objects.get(pk=chen.id).password
    settings.PASSWORD_HASHERS = ["tests.access.factors.test_passwords.Stronger"]
    browser = log_in("chen")
    after = Account.objects.get(pk=chen.id).password
    assert before != after and ",t=2," in after
    assert check_password(PASSWORD, after)
    assert browser.get("/help/").status_code == 200


class Stronger(passwords.Argon2id):
    """Parameters of another year."""

    time_cost = 2
    memory_cost = 128
    parallelism = 1


def test_a_password_may_be_pasted(db: None) -> None:
    page = Client().get("/login/").content.decode()
    assert "onpaste" not in page and 'autocomplete="current-password"' in page
