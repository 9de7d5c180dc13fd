"""An office in which a leak can be reported and dealt with: accounts with their roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from tests.browsers import BACKEND
from tests.cast import Cast

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.confidentiality.leaks import actions
from dangan.confidentiality.leaks.actions import Report
from dangan.confidentiality.leaks.models import Leak
from dangan.organization import actions as organization
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case, Task

WHO: dict[str, tuple[str, tuple[str, ...]]] = {
    "shen": ("沈知微", ()),
    "luo": ("罗文博", ()),
    "lu": ("陆怀瑾", ()),
    "liang": ("梁慎行", ("hr_manager",)),
    "manager2": ("", ("hr_manager",)),
    "privacy": ("", ("privacy_officer",)),
    "archivist": ("俞书衡", ("archivist",)),
    "specialist": ("何雨桐", ("hr_specialist",)),
    "boss": ("", ("leader",)),
}
SECRET = "工资表误发到外部邮箱"

PARTS: dict[str, dict[str, str]] = {
    "head": {"knows": "表中有三十人", "measures": "已要求收件人删除"},
    "privacy": {
        "severity": "2",
        "people": "30",
        "personal": "on",
        "cause": "收件人选错",
        "harm": "可能被诈骗",
        "authority": "1",
        "authority_reason": "涉及薪酬",
        "persons": "1",
        "persons_reason": "危害不能完全消除",
        "tell_by": "2030-01-02T09:00",
    },
    "remedies": {
        "what_1": "收件人书面确认删除",
        "who_1": "陆怀瑾",
        "due_1": "2030-01-03",
        "what_2": "停用自动补全",
        "done_2": "on",
    },
    "notification": {
        "authority": "市网信办",
        "authority_at": "2026-11-22T09:30",
        "persons_how": "短信",
        "persons_at": "2026-11-22T10:00",
        "persons_text": "你的工资信息被误发，请留意诈骗电话。",
    },
    "conclusion": {"conclusion": "收件人已删除", "lessons": "外发须双人核对"},
}
BY = {
    "head": ("lu", "first"),
    "privacy": ("privacy", "assessment"),
    "remedies": ("lu", "remedies"),
    "notification": ("privacy", "notification"),
    "conclusion": ("liang", "conclusion"),
}
"""Who fills which part at a step."""


@dataclass
class Room:
    """Accounts by short name; ``actor`` reads rights anew, as a request does."""

    cast: Cast
    ids: dict[str, UUID] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        return actor_of(self.ids[who], address="127.0.0.1")

    def client(self, who: str) -> Client:
        client = Client()
        client.force_login(Account.objects.get(pk=self.ids[who]), BACKEND)
        return client

    def report(self, who: str = "shen", **given: Any) -> Leak:
        values: dict[str, Any] = {
            "what": SECRET,
            "noticed": timezone.now() - timedelta(hours=1),
            "kinds": ["pay"],
            "holders": "一家供应商",
        }
        return actions.report(self.actor(who), report=Report(**(values | given)))

    def fill(self, leak: Leak, step: str, *, who: str = "", **changed: str) -> Case:
        usual, part = BY[step]
        assert leak.case is not None
        return workflow.fill(
            self.actor(who or usual),
            case=leak.case,
            step=step,
            part=part,
            data=PARTS[step] | changed,
        )

    def waiting(self, leak: Leak) -> set[str]:
        """Whose turn it is."""
        found = Task.objects.filter(case=leak.case, state="open").values_list("account", flat=True)
        names = {account: who for who, account in self.ids.items()}
        return {names[account] for account in found}


@pytest.fixture
def room(cast: Cast) -> Room:
    made = Room(cast)
    for who, (name, roles) in WHO.items():
        account = create_account(
            console_actor(),
            login=who,
            name=name or who,
            subject=cast.people[name] if name else None,
            roles=[(role, None) for role in roles],
            password="chengxu2026",
            must_change=False,
        )
        made.ids[who] = account.id
    organization.set_head(console_actor(), unit=cast.units["研发中心"], head=cast.people["陆怀瑾"])
    return made
