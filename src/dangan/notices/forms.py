"""What the notice pages ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dangan.notices.actions import RobotPlan
from dangan.notices.carrying.robots import Access
from dangan.notices.queries import RobotLine
from dangan.notices.rules.robots import SERVICES
from dangan.notices.rules.wishes import QUIET, Wish
from dangan.notices.topics import topics
from dangan.organization.queries import tree
from dangan.ui.languages import label

DIGESTS = (("at_once", _("随时发")), ("hourly", _("每小时汇总")), ("daily", _("工作日 8:30 汇总")))
_TIME = {"type": "time"}


class WishForm(forms.Form):
    """How somebody wants to be told: one box for each group, the digest, quiet hours, language."""

    digest = forms.ChoiceField(
        label=_("邮件频率"),
        choices=DIGESTS,
        help_text=_("催办等紧急通知不等汇总"),
    )
    quiet = forms.BooleanField(
        label=_("免打扰"), required=False, help_text=_("这段时间不发邮件，铃铛照常")
    )
    quiet_from = forms.TimeField(label=_("从"), required=False, widget=forms.TimeInput(_TIME))
    quiet_until = forms.TimeField(label=_("到"), required=False, widget=forms.TimeInput(_TIME))
    language = forms.ChoiceField(label=_("邮件语言"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups: list[tuple[str, str]] = []
        for group in topics().groups.values():
            name = f"mail_{group.key}"
            self.fields[name] = forms.BooleanField(
                label=label(group.label, group.label_en),
                help_text=label(group.help, group.help_en),
                required=False,
            )
            self.groups.append((group.key, name))
        choice = self.fields["language"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - for the type checker
        choice.choices = list(settings.LANGUAGES)

    @property
    def mail_fields(self) -> list[forms.BoundField]:
        """The boxes of the groups."""
        return [self[name] for _, name in self.groups]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("quiet"):
            for name in ("quiet_from", "quiet_until"):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _now("打开免打扰要填时间，例如 22:00"))
            begins, ends = given.get("quiet_from"), given.get("quiet_until")
            if begins is not None and begins == ends:
                self.add_error("quiet_until", _now("开始和结束不能相同"))
        return given

    @classmethod
    def initial_of(cls, wish: Wish) -> dict[str, Any]:
        """What the form shows for a wish."""
        begins, ends = wish.quiet or QUIET
        return {
            "digest": wish.digest,
            "quiet": wish.quiet is not None,
            "quiet_from": f"{begins:%H:%M}",
            "quiet_until": f"{ends:%H:%M}",
            "language": wish.language or settings.LANGUAGE_CODE,
        } | {
            f"mail_{group.key}": wish.wants_mail(group.key, group.mail)
            for group in topics().groups.values()
        }

    def wish(self) -> Wish:
        """What a valid form says; groups left at their default are not written down."""
        given: Mapping[str, Any] = self.cleaned_data
        mail = {
            key: given[name]
            for key, name in self.groups
            if given[name] != topics().groups[key].mail
        }
        quiet = (given["quiet_from"], given["quiet_until"]) if given["quiet"] else None
        return Wish(mail, given["digest"], quiet, given["language"])


class RobotForm(forms.Form):
    """A group robot. Address and secret are asked for once and never shown again."""

    kind = forms.ChoiceField(label=_("种类"))
    label = forms.CharField(label=_("名称"), max_length=40, help_text=_("只在本系统里用"))
    url = forms.CharField(
        label=_("地址"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("在群设置里添加机器人后复制，保存后不再显示"),
    )
    secret = forms.CharField(
        label=_("签名密钥"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("钉钉和飞书的“加签”“签名校验”；企业微信没有"),
    )
    groups = forms.MultipleChoiceField(
        label=_("发哪些通知"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    units = forms.MultipleChoiceField(
        label=_("只发这些部门的事"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("含下级部门；不选则全部"),
    )
    per_minute = forms.IntegerField(
        label=_("每分钟最多"), min_value=1, max_value=100, initial=15,
        help_text=_("企业微信和钉钉的上限是 20 条"),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("语言"))

    def __init__(self, *args: Any, robot: RobotLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._robot = robot
        spoken = {item.group for item in topics().topics.values() if item.robot}
        choices: dict[str, list[tuple[str, str]]] = {
            "kind": [(s.key, label(s.label, s.label_en)) for s in SERVICES.values()],
            "groups": [
                (group.key, label(group.label, group.label_en))
                for group in topics().groups.values()
                if group.key in spoken
            ],
            "units": [
                (str(node.id), "\N{IDEOGRAPHIC SPACE}" * depth + node.name)
                for node, depth in tree().walk()
            ],
            "language": list(settings.LANGUAGES),
        }
        for name, options in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = options
        if robot is not None:
            del self.fields["kind"]
            self.fields["url"].help_text = _("不填则不变；要换就连同密钥一起填")
        else:
            self.fields["url"].required = True

    def plan(self) -> RobotPlan:
        """What a valid form says."""
        given = self.cleaned_data
        access = Access(given["url"].strip(), given["secret"].strip()) if given["url"] else None
        return RobotPlan(
            label=given["label"],
            groups=given["groups"],
            units=[UUID(unit) for unit in given["units"]],
            per_minute=given["per_minute"],
            language=given["language"],
            access=access,
        )
