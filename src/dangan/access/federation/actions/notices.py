"""The provider says that somebody has logged out there (Back-Channel Logout 1.0)."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from dangan.access.actions import forgive, throttle
from dangan.access.federation import provider, queries, rules
from dangan.access.federation.models import Link, SpentNotice, Visit
from dangan.access.federation.provider import Unreachable
from dangan.access.federation.rules import Notice, Untrusted
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event

NOTICES = 300
"""Notices from one address within a quarter of an hour that are not believed."""
KEPT = timedelta(seconds=rules.NOTICE_AGE + 3 * rules.SKEW)
"""Longer than any notice is believed."""


def end_sessions(actor: Actor, *, token: str) -> bool:
    """Ends every session of the account that a signed notice is about; False for a bad notice.

    One for somebody unknown here is good and ends nothing.
    """
    if not queries.by_provider():
        raise Absent
    if throttle("oidcout", actor.address, tries=NOTICES) is not None:
        return False
    try:
        header, claims = provider.opened(token)
        notice = rules.notice_from(
            claims,
            header,
            issuer=settings.DANGAN.oidc_issuer,
            client=settings.DANGAN.oidc_client_id,
            now=int(time.time()),
        )
    except (Untrusted, Unreachable) as error:
        why = error.why if isinstance(error, Untrusted) else "unreachable"
        facts = {"by": "oidc", "why": why}
        actor.trail.add(Event("login.out", outcome="failed", facts=facts))
        return False
    forgive("oidcout", actor.address)  # all of them come from the provider's one address
    with recording(actor):
        if _first_time(notice):
            _end(actor, notice)
    return True


def _first_time(notice: Notice) -> bool:
    now = timezone.now()
    SpentNotice.objects.filter(until__lt=now).delete()
    try:
        with transaction.atomic():
            SpentNotice.objects.create(
                token=queries.token("oidc", f"jti|{notice.jti}"), until=now + KEPT
            )
    except IntegrityError:
        return False
    return True


def _end(actor: Actor, notice: Notice) -> None:
    account = None
    if notice.sub:
        row = Link.objects.filter(token=queries.token("oidc", notice.sub)).first()
        account = row.account if row else None
    elif notice.sid:
        visit = Visit.objects.filter(token=queries.token("oidc", f"sid|{notice.sid}")).first()
        account = visit.account if visit else None
    if account is None:
        return
    Account.objects.filter(pk=account.pk).update(generation=F("generation") + 1)
    Visit.objects.filter(account=account).delete()
    actor.trail.add(
        Event("login.out", subject=account.subject, object=str(account.id), facts={"by": "oidc"})
    )
