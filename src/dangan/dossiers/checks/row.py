"""Checks of one row by itself and against the person's birth date: cheap enough for every cell
of an import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from dangan.dictionary.rules import OPEN_END, InfoSet, Message
from dangan.dictionary.values.dates import first_day
from dangan.dictionary.values.identity import FEMALE, MALE, id_facts
from dangan.dictionary.values.regions import region_since
from dangan.dossiers.checks.findings import Finding, Settings, Values, error, text_at, warning
from dangan.dossiers.checks.spans import certainly_before, months_between, oldest_age

_IN_ORDER: Mapping[str, tuple[tuple[str, str], ...]] = {
    "post": (("start", "end"), ("joined", "left"), ("joined", "probation_end")),
    "professional_title": (("engaged_from", "engaged_until"),),
    "qualification": (("issued", "valid_until"),),
    "training": (("start", "end"), ("end", "service_until")),
    "discipline": (("decided", "until"), ("decided", "lifted")),
    "political": (("joined", "became_full"),),
    "contract": (("start", "end"), ("start", "probation_end"), ("start", "ended")),
    "health": (("examined", "next_due"),),
    "secrecy_agreement": (("start", "end"),),
}
"""Pairs of dates of which the first never lies after the second. Sets not named here have the
pair start, end when they have such fields."""

_HAPPENED: Mapping[str, tuple[str, ...]] = {
    "identity": ("birth_date", "work_start"),
    "post": ("left",),
    "degree": ("awarded",),
    "professional_title": ("obtained",),
    "qualification": ("issued",),
    "reward": ("awarded",),
    "discipline": ("decided",),
    "political": ("joined", "became_full"),
    "family": ("birth_date",),
    "health": ("examined",),
    "background_check": ("checked",),
}
"""What has happened cannot lie in the future."""

_PLANNED_LATER: Mapping[str, tuple[str, ...]] = {
    "work_experience": ("start",),
    "education": ("start",),
}
"""Here a future date is odd, but may be a plan."""

_WORK_DATES = {"identity": "work_start", "post": "joined", "work_experience": "start"}
_MEMBERS = {"01": "party", "02": "party", "03": "league"}
_COLLEGE = ("1", "2", "3")
# In use before identity numbers were given out at birth everywhere: older people were given the
# region where they lived then, so only later regions say anything.
_NUMBERS_AT_BIRTH = 1999


def check_row(
    values: Values,
    info_set: InfoSet,
    row: UUID | None,
    *,
    birth: str | None,
    today: date,
    settings: Settings,
) -> Iterator[Finding]:
    """Everything one row can get wrong; ``birth`` is the person's stored birth date."""
    yield from _order(values, info_set, row)
    yield from _future(values, info_set, row, today)
    if birth and info_set.key != "family":
        yield from _ages(values, info_set, row, birth, settings)
    check = _OF_SET.get(info_set.key)
    if check is not None:
        yield from check(values, info_set, row, today, settings)


def _order(values: Values, info_set: InfoSet, row: UUID | None) -> Iterator[Finding]:
    for first, second in _IN_ORDER.get(info_set.key, (("start", "end"),)):
        earlier, later = text_at(values, first), text_at(values, second)
        if earlier and later and certainly_before(later, earlier):
            yield error(
                "dates_order",
                info_set.key,
                row,
                second,
                Message(
                    "{later_label} {later} 早于{earlier_label} {earlier}，请核对",
                    later_label=info_set.field(second).label,
                    later=later,
                    earlier_label=info_set.field(first).label,
                    earlier=earlier,
                ),
            )


def _future(values: Values, info_set: InfoSet, row: UUID | None, today: date) -> Iterator[Finding]:
    for found, keys in (
        (error, _HAPPENED.get(info_set.key, ())),
        (warning, _PLANNED_LATER.get(info_set.key, ())),
    ):
        for key in keys:
            value = text_at(values, key)
            if value and first_day(value) > today:
                label = info_set.field(key).label
                message = Message("{label} {value} 在今天之后，请核对", label=label, value=value)
                yield found("date_in_future", info_set.key, row, key, message)


def _ages(
    values: Values, info_set: InfoSet, row: UUID | None, birth: str, settings: Settings
) -> Iterator[Finding]:
    key = _WORK_DATES.get(info_set.key)
    when = text_at(values, key) if key else None
    if key and when:
        yield from _work_age(info_set, row, key, oldest_age(birth, when), settings)
    if info_set.key == "political":
        yield from _joining_age(values, row, birth, settings)
    if info_set.key == "education":
        yield from _school_age(values, row, birth, settings)


def _work_age(
    info_set: InfoSet, row: UUID | None, key: str, age: int, settings: Settings
) -> Iterator[Finding]:
    if age >= settings.work_age:
        return
    label = info_set.field(key).label
    if age < settings.impossible_work_age:
        message = Message("按{label}算，当时只有 {age} 岁，请核对", label=label, age=max(age, 0))
        if age < 0:
            message = Message("{label}早于出生日期，请核对", label=label)
        yield error("age_at_work", info_set.key, row, key, message)
    else:
        message = Message(
            "按{label}算，当时 {age} 岁，不满 {least} 岁，请核对",
            label=label,
            age=age,
            least=settings.work_age,
        )
        yield warning("age_at_work", info_set.key, row, key, message)


def _joining_age(
    values: Values, row: UUID | None, birth: str, settings: Settings
) -> Iterator[Finding]:
    kind, joined = _MEMBERS.get(text_at(values, "status") or ""), text_at(values, "joined")
    if not kind or not joined:
        return
    least = settings.party_age if kind == "party" else settings.league_age
    age = oldest_age(birth, joined)
    if age < least:
        message = (
            Message("入党时 {age} 岁，不满 {least} 岁，请核对", age=age, least=least)
            if kind == "party"
            else Message("入团时 {age} 岁，不满 {least} 岁，请核对", age=age, least=least)
        )
        yield warning("age_at_party", "political", row, "joined", message)


def _school_age(
    values: Values, row: UUID | None, birth: str, settings: Settings
) -> Iterator[Finding]:
    start, level = text_at(values, "start"), text_at(values, "level") or ""
    if not start:
        return
    least = settings.college_age if level.startswith(_COLLEGE) else settings.school_age
    age = oldest_age(birth, start)
    if age < least:
        yield warning(
            "age_at_school",
            "education",
            row,
            "start",
            Message("入学时 {age} 岁，不满 {least} 岁，请核对", age=max(age, 0), least=least),
        )


def _identity(
    values: Values, _: InfoSet, row: UUID | None, today: date, settings: Settings
) -> Iterator[Finding]:
    birth, number = text_at(values, "birth_date"), text_at(values, "id_number")
    if birth and oldest_age(birth, today.isoformat()) > settings.oldest:
        message = Message("年龄超过 {oldest} 岁，请核对出生日期", oldest=settings.oldest)
        yield warning("too_old", "identity", row, "birth_date", message)
    if not number:
        return
    facts = id_facts(number)
    if birth and not facts.birth.isoformat().startswith(birth):
        message = Message(
            "出生日期 {birth} 与身份证号不一致，身份证号里是 {expected}，请核对",
            birth=birth,
            expected=facts.birth.isoformat(),
        )
        yield error("birth_date_id_number", "identity", row, "birth_date", message)
    sex = text_at(values, "sex")
    if sex in (MALE, FEMALE) and sex != facts.sex:
        message = (
            Message("性别与身份证号不一致，按身份证号应为男，请核对")
            if facts.sex == MALE
            else Message("性别与身份证号不一致，按身份证号应为女，请核对")
        )
        yield error("sex_id_number", "identity", row, "sex", message)
    yield from _region(facts.region, facts.birth.year, row)


def _region(region: str, born: int, row: UUID | None) -> Iterator[Finding]:
    if region[0] in "89":  # residence permits carry no region
        return
    since = region_since(region)
    if since is None:
        message = Message("身份证号前六位 {region} 不在行政区划表里，请核对", region=region)
        yield warning("id_region_unknown", "identity", row, "id_number", message)
    elif since > max(born, _NUMBERS_AT_BIRTH):
        message = Message(
            "身份证号前六位 {region} 是 {since} 年才启用的，晚于出生年份，请核对",
            region=region,
            since=since,
        )
        yield warning("id_region_newer", "identity", row, "id_number", message)


def _post(
    values: Values, _: InfoSet, row: UUID | None, __: date, ___: Settings
) -> Iterator[Finding]:
    if not values.get("unit") and text_at(values, "full_title"):
        message = Message("部门和岗位连写在职务全称里，请在“部门”里选定所在部门")
        yield warning("unit_missing", "post", row, "full_title", message)
    joined, probation = text_at(values, "joined"), text_at(values, "probation_end")
    if joined and probation and months_between(joined, probation) > 6:
        message = Message("试用期超过六个月（劳动合同法第十九条），请核对")
        yield warning("probation_too_long", "post", row, "probation_end", message)


def _contract(
    values: Values, _: InfoSet, row: UUID | None, __: date, ___: Settings
) -> Iterator[Finding]:
    start, end = text_at(values, "start"), text_at(values, "end")
    if text_at(values, "kind") == "1" and end == OPEN_END:
        message = Message("固定期限合同要有终止日期，请补填或改选合同类型")
        yield warning("contract_without_end", "contract", row, "end", message)
    probation = values.get("probation_months")
    until = text_at(values, "probation_end")
    if not isinstance(probation, int) and start and until:
        probation = months_between(start, until)
    if not isinstance(probation, int) or not start or not end:
        return
    allowed = probation_limit(start, end)
    if probation > allowed:
        message = Message(
            "试用期 {months} 个月，这个期限的合同最多 {allowed} 个月（劳动合同法第十九条）",
            months=probation,
            allowed=allowed,
        )
        field = "probation_months" if values.get("probation_months") else "probation_end"
        yield warning("probation_too_long", "contract", row, field, message)


def probation_limit(start: str, end: str) -> int:
    """Months of probation allowed for a contract's term (labour contract law art. 19)."""
    if end == OPEN_END:
        return 6
    term = months_between(start, end)
    if term >= 36:
        return 6
    if term >= 12:
        return 2
    return 1 if term >= 3 else 0


def _bank_account(
    values: Values, _: InfoSet, row: UUID | None, __: date, ___: Settings
) -> Iterator[Finding]:
    account = text_at(values, "account")
    if account and account.startswith("62") and len(account) in (16, 19) and not _luhn(account):
        message = Message("银行卡号校验位不对，请逐位核对")
        yield warning("bank_check_digit", "bank_account", row, "account", message)


def _luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812-1 for card numbers."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


_OF_SET = {
    "identity": _identity,
    "post": _post,
    "contract": _contract,
    "bank_account": _bank_account,
}
