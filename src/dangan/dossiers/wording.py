"""What the checks are called in lists and filters; the sentence of a finding says the rest."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECKS: Mapping[str, str | Promise] = {
    "missing": _("必填项为空"),
    "dates_order": _("日期先后颠倒"),
    "date_in_future": _("日期在将来"),
    "age_at_work": _("参加工作年龄异常"),
    "age_at_school": _("入学年龄异常"),
    "age_at_party": _("入党（团）年龄异常"),
    "too_old": _("年龄异常"),
    "birth_date_id_number": _("出生日期与身份证号不一致"),
    "sex_id_number": _("性别与身份证号不一致"),
    "id_region_unknown": _("身份证号地区码未收录"),
    "id_region_newer": _("身份证号地区码晚于出生日期"),
    "unit_missing": _("没有部门"),
    "probation_too_long": _("试用期过长"),
    "contract_without_end": _("合同没有终止日期"),
    "bank_check_digit": _("银行账号校验位不符"),
    "work_overlap": _("工作经历重叠"),
    "work_gap": _("履历空档"),
    "work_start_late": _("参加工作日期晚于工作经历"),
    "education_overlap": _("教育经历重叠"),
    "education_order": _("学历顺序异常"),
    "highest_education": _("最高学历与教育经历不符"),
    "highest_degree": _("最高学位与教育经历不符"),
    "joined_before_work": _("入职早于参加工作"),
    "contract_overlap": _("合同期重叠"),
    "contract_expired": _("合同已到期"),
    "supervisor_loop": _("上级关系成环"),
    "duplicate": _("疑似重复建档"),
}
"""By the code of the check. A check without a name here is listed as 档案检查."""


def check_label(code: str) -> str:
    """The name of a check in the reader's language."""
    return str(CHECKS.get(code, _("档案检查")))
