"""Role by route by relation by field class, generated from the addresses and the rights table."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.urls.converters import get_converters
from django.urls.resolvers import RegexPattern
from django.utils import timezone
from tests.access.test_decisions import by_hand
from tests.cast import Cast, make_cast
from tests.house.test_routes_classified import Route, routes

from dangan.access import actions, queries, registry
from dangan.access.models import Account, Grant, Permit, Token
from dangan.access.rules import Absent, Actor, Refused, Resource, Showing, decide
from dangan.api.build import api
from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import FieldClass
from dangan.dossiers.queries import open_dossier
from dangan.ui.requirements import requirement_of

BACKEND = "dangan.access.backends.SealedLogin"
ROLES = list(registry._table("roles.toml")["roles"])
UNIT_NAME = "研发中心"
GUARDED = [
    route for route in routes() if route.requirement and route.requirement.permission is not None
]
SAMPLES = {"uuid": uuid4(), "int": 987654321, "slug": "identity", "str": "x", "uuidstr": uuid4()}


def anchor_of(role: str, unit: UUID) -> UUID | None:
    """The unit a grant of this role needs, or none."""
    rules = registry.matrix().roles[role].field_rules
    return unit if any(rule.reach in {"unit", "subtree"} for rule in rules) else None


def account_with(role: str, unit: UUID | None, subject: UUID | None = None) -> Account:
    """An account that holds this one role; the automatic one comes with a person."""
    if role == registry.EMPLOYEE:
        subject, roles = subject or uuid4(), []
    else:
        roles = [(role, unit)]
    made = actions.create_account(
        queries.console_actor(),
        login=f"{role}-{uuid4()}",
        name=role,
        subject=subject,
        roles=roles,
        password="chengxu2026",
        must_change=False,
    )
    return Account.objects.get(pk=made.id)


def address(route: Route) -> str:
    """The address with something that does not exist in every place."""
    if isinstance(route.pattern.pattern, RegexPattern):
        groups = re.findall(r"\(\?P<(\w+)>([^)]*)\)", str(route.pattern.pattern))
        parts = {key: uuid4() if "{36}" in part else part.split("|")[0] for key, part in groups}
        return reverse(route.name, kwargs=parts)
    kinds = {type(converter): name for name, converter in get_converters().items()}
    values = {
        name: SAMPLES[kinds[type(converter)]]
        for name, converter in route.pattern.pattern.converters.items()
    }
    return reverse(route.name, kwargs=values)


def refusals(account: UUID) -> list[str]:
    """What the log says this account was refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT object FROM audit_event WHERE actor = %s AND action = 'access.refuse'"
            " AND outcome = 'refused' ORDER BY id",
            [account],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_the_pages_of_its_permissions_and_no_others(role, units):
    account = account_with(role, anchor_of(role, units[UNIT_NAME]))
    held = queries.actor_of(account.id).permissions
    browser = Client(raise_request_exception=False)
    browser.force_login(account, BACKEND)
    expected = []
    for route in GUARDED:
        permission = route.requirement.permission
        answer = browser.get(address(route))
        if permission in held:
            assert answer.status_code in {200, 204, 302, 404, 405}, (route.name, answer.status_code)
        else:
            assert answer.status_code == 403, (route.name, answer.status_code)
            expected.append(permission)
    assert refusals(account.id) == expected


def test_nobody_signed_in_opens_nothing_but_the_log_in_page(db):
    for route in routes():
        requirement = route.requirement
        if requirement.public:
            continue
        answer = Client().get(address(route))
        assert (answer.status_code, answer["Location"][:7]) == (302, "/login/"), route.name


@pytest.mark.parametrize("role", ROLES)
def test_each_role_calls_the_operations_of_its_permissions_and_no_others(role, units):
    account = account_with(role, anchor_of(role, units[UNIT_NAME]))
    held = queries.actor_of(account.id).permissions
    raw = f"{queries.TOKEN_PREFIX}{uuid4()}"
    Token.objects.create(
        account=account,
        digest=queries.token_digest(raw),
        label=b"",
        scopes=list(registry.permissions()),
        expires_at="2999-01-01T00:00:00Z",
    )
    browser = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {raw}", "If-Match": '"1"'}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                permission = requirement_of(operation.view_func).permission
                place = re.sub("/+", "/", f"/api/v1/{prefix}/{path}")
                place = place.replace("{info_set}", "identity").replace("{key}", "sex")
                place = re.sub(r"\{[^}]+\}", str(uuid4()), place)
                for method in operation.methods:
                    answer = browser.generic(
                        method, place, "{}", content_type="application/json", headers=headers
                    )
                    assert answer.status_code < 500
                    if permission not in held and answer.status_code != 422:
                        assert answer.status_code == 403, (method, place, answer.status_code)
                    elif permission in held and method == "GET":
                        assert answer.status_code in {200, 404, 422}, (method, place)


RELATIONS = {
    "self": (None, True),
    "own unit": ("嵌入式组", False),
    "unit above": ("华东公司", False),
    "other company": ("华南公司", False),
    "whole company": (None, False),
}


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def allowed(actor: Actor, path: str, subject: UUID, unit_path: tuple[UUID, ...]) -> Showing:
    """The matrix read by hand for a field of the built-in dictionary."""
    item = builtin().field(path)
    asked = Resource(subject, unit_path, item.set_key, item.key, item.field_class)
    return by_hand(actor, "read", asked)


def looked(actor: Actor, subject: UUID) -> tuple[set[str], dict[str, Showing]]:
    """The fields that a dossier shows, and how their values come out; nothing when absent."""
    try:
        view = open_dossier(actor, subject)
    except Absent:
        return set(), {}
    shown = {item.path for part in view.sets.values() for item in part.fields}
    rows = [row for part in view.sets.values() for row in part.rows]
    return shown, {cell.field.path: cell.showing for row in rows for cell in row.cells}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_of_each_relation_the_fields_its_lines_say(role, cast):
    subject = cast.people["沈知微"]
    for relation, (unit, own) in RELATIONS.items():
        anchor = cast.units[unit] if unit else None
        if anchor is None and anchor_of(role, uuid4()) is not None:
            continue
        account = account_with(role, anchor, subject if own else None)
        actor = queries.actor_of(account.id)
        if not actor.may("dossier.open"):
            with pytest.raises(Refused):
                open_dossier(actor, subject)
            continue
        shown, cells = looked(actor, subject)
        path = _path(cast)
        for item in builtin().fields:
            expected = allowed(actor, item.path, subject, path)
            assert (item.path in shown) is (expected is not Showing.HIDDEN), (relation, item.path)
            if item.path in cells:
                assert cells[item.path] is expected, (relation, item.path)
        if own:
            Account.objects.filter(pk=account.pk).update(subject=None)


def _path(cast: Cast) -> tuple[UUID, ...]:
    names = ("示例集团", "华东公司", "研发中心", "嵌入式组")
    return tuple(cast.units[name] for name in names)


@pytest.mark.parametrize("role", ROLES)
def test_values_a_role_may_not_read_are_in_none_of_its_pages(role, cast):
    """The pages themselves: a value stands in the dossier's page only where it is plain."""
    subject = cast.people["沈知微"]
    values = {"identity.id_number": "330106199106122", "contact.mobile": "13812345678"}
    for unit in ("华东公司", "华南公司"):
        account = account_with(role, cast.units[unit])
        actor = queries.actor_of(account.id)
        browser = Client()
        browser.force_login(account, BACKEND)
        pages = [f"/people/{subject}/", f"/people/{subject}/?set=contact", "/people/"]
        text = "".join(browser.get(page).content.decode() for page in pages)
        opens = actor.may("dossier.open")
        for path, value in values.items():
            expected = allowed(actor, path, subject, _path(cast))
            plain = expected is Showing.PLAIN and opens
            assert (value in text) is plain, (unit, path)


HOURS = {"live": (-1, 1), "over": (-2, -1), "later": (1, 2)}
NO_DOSSIERS = {"it", "security_admin", "auditor"}


def permitted_fields() -> dict[str, list[str]]:
    """The first field of every class, by set: what a permit may name."""
    found: dict[str, list[str]] = {}
    for level in FieldClass:
        item = next((item for item in builtin().fields if item.field_class is level), None)
        if item is not None:
            found.setdefault(item.set_key, []).append(item.key)
    return found


def showings(actor: Actor, subject: UUID, path: tuple[UUID, ...]) -> dict[tuple[str, str], Showing]:
    """What the actor may do to every field of one person: read and reveal."""
    return {
        (action, item.path): decide(
            actor, action, Resource(subject, path, item.set_key, item.key, item.field_class)
        ).showing
        for item in builtin().fields
        for action in ("read", "reveal", "edit", "export", "start")
    }


@pytest.mark.parametrize("when", HOURS)
@pytest.mark.parametrize("role", ROLES)
def test_a_permit_adds_its_fields_of_one_person_for_its_time_and_nothing_else(role, when, cast):
    subject, other = cast.people["沈知微"], cast.people["罗文博"]
    named = {f"{key}.{field}" for key, fields in permitted_fields().items() for field in fields}
    for relation, (unit, own) in RELATIONS.items():
        anchor = cast.units[unit] if unit else None
        if own or (anchor is None and anchor_of(role, uuid4()) is not None):
            continue
        account = account_with(role, anchor)
        people = ((subject, _path(cast)), (other, (cast.units["示例集团"],)))
        before = [showings(queries.actor_of(account.id), *person) for person in people]
        begins, ends = (timezone.now() + timedelta(hours=hours) for hours in HOURS[when])
        for info_set, fields in permitted_fields().items():
            Permit.objects.create(
                account=account,
                subject=subject,
                info_set=info_set,
                fields=fields,
                action="reveal",
                begins=begins,
                ends=ends,
                purpose=b"",
                granted_by=uuid4(),
            )
        now, elsewhere = (showings(queries.actor_of(account.id), *person) for person in people)
        assert elsewhere == before[1], relation
        counts = when == "live" and role not in NO_DOSSIERS
        for (action, path), showing in now.items():
            expected = before[0][action, path]
            if counts and path in named and action == "reveal":
                expected = Showing.PLAIN
            if counts and path in named and action == "read" and expected is Showing.HIDDEN:
                expected = Showing.MASKED
            assert showing is expected, (relation, action, path)


@pytest.mark.parametrize("role", [role for role in ROLES if role != registry.EMPLOYEE])
def test_a_temporary_role_gives_what_the_role_gives_within_its_days_only(role, cast):
    subject, today = cast.people["沈知微"], timezone.localdate()
    anchor = cast.units["华东公司"]
    lasting = queries.actor_of(account_with(role, anchor).id)
    whole = showings(lasting, subject, _path(cast))
    account = account_with(registry.EMPLOYEE, None)
    none = showings(queries.actor_of(account.id), subject, _path(cast))
    for first, last, counts in ((-1, 0, True), (0, 3, True), (1, 3, False), (-5, -1, False)):
        Grant.objects.filter(account=account).delete()
        Grant.objects.create(
            account=account,
            role=role,
            unit=anchor,
            granted_by=uuid4(),
            origin="temporary",
            begins=today + timedelta(days=first),
            until=today + timedelta(days=last),
        )
        actor = queries.actor_of(account.id)
        held = {grant.role.key for grant in actor.grants} - {registry.EMPLOYEE}
        assert held == ({role} if counts else set())
        assert showings(actor, subject, _path(cast)) == (whole if counts else none)
