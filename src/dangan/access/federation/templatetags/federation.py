"""What other rooms' pages show of federated sign-in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.urls import reverse

from dangan.access.federation import queries

register = template.Library()


@register.inclusion_tag("federation/parts/button.html")
def provider_button(target: str = "", place: str = "after") -> dict[str, Any]:
    """The button of the log-in page: before the form where most people use it, otherwise after;
    nothing when no provider is set up."""
    first = queries.provider_first()
    here = first == (place == "before")
    return {"label": queries.button() if here else "", "target": target, "first": first}


@register.inclusion_tag("federation/parts/links.html", takes_context=True)
def links_of(context: dict[str, Any], account: UUID) -> dict[str, Any]:
    """The counterparts on an account's page; nothing when none is possible and there is none."""
    actor = context["request"].actor
    found = queries.links(actor, account=account)
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "links": found,
        "shown": bool(found) or queries.by_provider() or queries.by_directory(),
        "own": actor.id == account,
        "manages": actor.may("accounts.manage"),
        "to_link": actor.id == account
        and queries.by_provider()
        and not any(line.kind == "oidc" and line.current for line in found),
    }


@register.simple_tag(takes_context=True)
def provider_again(context: dict[str, Any]) -> str:
    """Where to prove oneself at the provider once more, on the page that asks for a proof.

    Empty where that would prove nothing: without a link, and beside a second factor of one's own,
    unless the provider's word counts as one. Needs ``held`` and ``next``: a form that waits for
    the proof would be lost on the way.
    """
    target, held = context.get("next"), context.get("held")
    actor = context["request"].actor
    if not target or held is None or not queries.may_confirm_there(actor, held=held.any):
        return ""
    return f"{reverse('federation:again')}?{urlencode({'next': target})}"
