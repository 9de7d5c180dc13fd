"""Sessions begin with a sign-in and end by whoever they belong to, from afar, or by time."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.models import Account
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.access.sessions.addresses import address_of
from dangan.access.sessions.devices import LASTS, recognise
from dangan.access.sessions.models import Device, Session
from dangan.access.sessions.queries import live
from dangan.access.sessions.rules import family_of
from dangan.access.sessions.store import digest_of
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.vault.queries import keys_of
from dangan.vault.rules import Place, seal


def begin(request: HttpRequest, account: Account) -> None:
    """Registers the session that has just been given to ``account``.

    Its times begin now, whatever the browser's session held before. One session more than an
    account may have ends the longest unused. Every way to sign in comes here, by Django's signal.
    """
    session = request.session
    now = int(time.time())
    session["began"] = session["seen"] = now
    with transaction.atomic():
        # Two sign-ins at once are counted one after the other.
        row = Account.objects.select_for_update().get(pk=account.pk)
        session["device"] = _sealed(request, account)
        _make_room(row, session.session_key or "")
        if "REMOTE_ADDR" in request.META:  # a request, not a test or a program that signs in
            recognise(request, account)
        session.save()


def _sealed(request: HttpRequest, account: Account) -> str:
    """Browser, system and address under the account's key."""
    key = keys_of([account.pk], skip_destroyed=True).get(account.pk)
    if key is None:
        return ""
    browser, system = family_of(request.META.get("HTTP_USER_AGENT", ""))
    body = json.dumps({"browser": browser, "system": system, "address": address_of(request)})
    return base64.b64encode(seal(key, Place("session", account.pk), body.encode())).decode()


def _make_room(account: Account, present: str) -> None:
    kept = [item for item in live(account) if item.row.key != digest_of(present)]
    most = settings.DANGAN.sessions_per_account
    for item in sorted(kept, key=lambda item: item.seen)[: max(0, len(kept) - most + 1)]:
        item.row.delete()


def connect() -> None:
    """Listens for sign-ins; called from ``AppConfig.ready``."""

    def began(sender: Any, request: HttpRequest, user: Account, **more: Any) -> None:
        del sender, more
        begin(request, user)

    user_logged_in.connect(began, weak=False, dispatch_uid="dangan.access.sessions")


def end(actor: Actor, *, session: UUID) -> None:
    """Ends one session of the actor's own; the browser's next request is signed out."""
    with recording(actor):
        row = Session.objects.select_for_update().filter(id=session, account=actor.id).first()
        if row is None:
            raise Absent
        row.delete()
        _note(actor, actor.id, 1)


def end_others(actor: Actor, *, keep: str) -> int:
    """Ends every session of the actor's own but the one with the key ``keep``; says how many."""
    with recording(actor):
        rows = Session.objects.filter(account=actor.id).exclude(key=digest_of(keep))
        count, _kinds = rows.delete()
        if count:
            _note(actor, actor.id, count)
        return count


def end_all(actor: Actor, *, account: UUID) -> int:
    """Ends every session of another's account at once; says how many.

    Also those that a sign-in in this very moment begins. Needs ``sessions.end``.
    """
    with recording(actor):
        require(actor, "sessions.end")
        if actor.id == account:
            raise refuse(actor, "sessions.end", _("自己的登录在“登录与设备”里结束"))
        if not Account.objects.filter(pk=account).update(generation=F("generation") + 1):
            raise Absent
        count, _kinds = Session.objects.filter(account=account).delete()
        _note(actor, account, count)
        return count


def tidy() -> int:
    """Deletes sessions whose time is over and browsers not seen for long; says how many."""
    now = timezone.now()
    gone, _kinds = Session.objects.filter(expires_at__lt=now).delete()
    old, _kinds = Device.objects.filter(last_at__lt=now - timedelta(seconds=LASTS)).delete()
    return gone + old


def _note(actor: Actor, account: UUID, count: int) -> None:
    actor.trail.add(Event("session.end", object=str(account), facts={"count": count}))
