"""What can be done with a case, in the words of the pages: one :class:`Deed` each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS = _("意见")


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb with its form. ``key`` stands in the address, ``verb`` in what a turn allows.

    ``choose`` says whom the form asks for: one account, several, a signer to drop. ``words``
    says whether something must be written. ``effect`` tells what will happen, ``done`` what has.
    """

    key: str
    verb: str
    label: str | Promise
    icon: str
    effect: str | Promise
    done: str | Promise
    of_step: bool = True
    choose: Literal["", "one", "several", "signer"] = ""
    words: Literal["may", "must", "no"] = "may"
    words_label: str | Promise = WORDS
    button: str | Promise = ""


DEEDS: dict[str, Deed] = {
    deed.key: deed
    for deed in (
        Deed(
            "agree", "agree", _("同意"), "check",
            _("记为你同意，转到下一步。"),
            _("已同意 {number}。"),
        ),
        Deed(
            "refuse", "refuse", _("拒绝"), "ban",
            _("流程就此结束，内容不生效；发起人会收到通知，可另行发起。"),
            _("已拒绝 {number}，流程结束。"),
            words="must", words_label=_("拒绝的原因"),
        ),
        Deed(
            "return", "return", _("退回"), "arrow-back-up",
            _("退回后由对方修改或重新办理，流程没有结束。"),
            _("已退回 {number}。"),
            words="must", words_label=_("退回的原因和要改的地方"),
        ),
        Deed(
            "opinion", "opinion", _("答复意见"), "message-check",
            _("意见交回给委派你的人，由对方决定。"),
            _("意见已交回。"),
            words="must", words_label=_("你的意见"), button=_("交回意见"),
        ),
        Deed(
            "retry", "retry", _("重试生效"), "refresh",
            _("再执行一次生效；仍不成功会说明原因，内容没有变化。"),
            _("{number} 已生效。"),
            words="no",
        ),
        Deed(
            "add", "add_signer", _("加签"), "user-plus",
            _("加签的人也要同意，流程才往下走。"),
            _("已加签。"),
            choose="several", words_label=_("给加签人的话"),
        ),
        Deed(
            "remove", "remove_signer", _("减签"), "user-minus",
            _("减签后，这个人不再需要办理；其余的人照常。"),
            _("已减签。"),
            choose="signer", words_label=_("减签的原因"),
        ),
        Deed(
            "transfer", "transfer", _("转交"), "user-share",
            _("转交后由对方办理，你不再办理这一步。"),
            _("已转交。"),
            choose="one", words_label=_("给接办人的话"),
        ),
        Deed(
            "delegate", "delegate", _("委派"), "user-question",
            _("请对方先给意见，意见交回后仍由你决定。"),
            _("已委派，等对方答复。"),
            choose="one", words_label=_("要对方看什么"),
        ),
        Deed(
            "copy", "copy", _("抄送"), "at",
            _("抄送的人可以看这件流程，不用办理。"),
            _("已抄送。"),
            of_step=False, choose="several", words_label=_("附言"),
        ),
        Deed(
            "urge", "urge", _("催办"), "bell-ringing",
            _("给正在办理的人各发一条通知，四小时内最多一次。"),
            _("已催办，通知已发给正在办理的人。"),
            of_step=False, words="no",
        ),
        Deed(
            "withdraw", "withdraw", _("收回"), "arrow-back",
            _("收回后流程停止，内容不生效；可以修改后重新提交。"),
            _("已收回 {number}。"),
            of_step=False, words_label=_("收回的原因"),
        ),
    )
}  # fmt: skip
