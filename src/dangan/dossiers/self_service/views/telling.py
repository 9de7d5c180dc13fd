"""What became of a request, and why one could not be made, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.proposals.actions import Submitted
from dangan.ui.messages import say


def sentence_of(refused: Exception) -> str:
    """Why a verb of proposals or of the workflow answered no."""
    if isinstance(refused, proposals.Stale):
        return _("草稿在另一个窗口里改过，没有保存。请刷新后再改。")
    message = getattr(refused, "message", None)
    return say(message) if message is not None else _("没有保存，请稍后再试。")


def say_sent(request: HttpRequest, sent: Sequence[Submitted]) -> None:
    """Numbers of what is on its way, and of what took effect at once."""
    cases = [item.case_number for item in sent if item.case is not None]
    changes = [item.change_number for item in sent if item.case is None]
    if cases:
        text = _("已提交 {n} 份申请：{numbers}。").format(n=len(cases), numbers="、".join(cases))
        messages.success(request, text)
    if changes:
        text = _("已生效，更新记录 {numbers}。").format(numbers="、".join(changes))
        messages.success(request, text)
