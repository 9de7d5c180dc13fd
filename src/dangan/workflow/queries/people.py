"""Deputies, and people to choose from."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from dangan.access import profiles
from dangan.access.models import Account, AccountState
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, require
from dangan.organization import people
from dangan.workflow.deputising import today
from dangan.workflow.models import Deputy
from dangan.workflow.queries import wording
from dangan.workflow.queries.shapes import DeputyLine


def deputies(actor: Actor) -> tuple[DeputyLine, ...]:
    """Who acts for the actor and for whom the actor acts, now and later; all, for cases.all."""
    require(actor, "cases.own")
    day = today()
    found = Deputy.objects.filter(ends__gte=day).order_by("begins", "account")
    if not actor.may_at("cases.all", ()):
        found = found.filter(Q(account=actor.id) | Q(deputy=actor.id))
    rows = list(found)
    names = wording.names_for(one for row in rows for one in (row.account, row.deputy))
    return tuple(
        DeputyLine(
            id=row.id,
            account=row.account,
            name=names.get(str(row.account), ""),
            deputy=row.deputy,
            deputy_name=names.get(str(row.deputy), ""),
            begins=row.begins,
            ends=row.ends,
            active=row.begins <= day,
        )
        for row in rows
    )


def people_to_choose(actor: Actor, text: str, limit: int = 10) -> list[tuple[UUID, str]]:
    """Accounts for handing over, adding, copying, mentioning: (account, label).

    Found among the people the actor may see, by name, pinyin or number; and anybody by their
    whole log-in name, since that is known only to who was told it.
    """
    require(actor, "cases.own")
    text = text.strip()
    if not text:
        return []
    labels: dict[UUID, str] = {}
    if actor.may("roster.view"):
        labels = dict(people.search(actor, text, limit * 2))
    active = Account.objects.filter(state=AccountState.ACTIVE)
    by_subject = dict(active.filter(subject__in=labels).values_list("subject", "pk"))
    found = [(by_subject[subject], label) for subject, label in labels.items()
             if subject in by_subject]  # fmt: skip
    exact = active.filter(login_token=profiles.login_token(text)).values_list("pk", flat=True)
    named = names_of_accounts(set(exact) - {account for account, _ in found})
    return [*found, *named.items()][:limit]
