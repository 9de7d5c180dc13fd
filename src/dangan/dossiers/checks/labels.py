"""What each check is called in lists and filters; the finding's own words say the rest."""

from __future__ import annotations

from collections.abc import Mapping

from dangan.dictionary.rules import Message

LABELS: Mapping[str, Message] = {
    "age_at_league": Message("入团年龄过小"),
    "age_at_party": Message("入党年龄过小"),
    "age_at_school": Message("入学年龄过小"),
    "age_at_work": Message("参加工作年龄过小"),
    "bank_check_digit": Message("银行账号校验位不对"),
    "birth_date_id_number": Message("出生日期与身份证号不一致"),
    "contract_expired": Message("合同已到期"),
    "contract_overlap": Message("合同期限重叠"),
    "contract_without_end": Message("合同缺少终止日期"),
    "date_in_future": Message("日期晚于今天"),
    "dates_order": Message("起止日期颠倒"),
    "duplicate": Message("疑似重复档案"),
    "education_order": Message("学历先后不合理"),
    "education_overlap": Message("就读时间重叠"),
    "highest_degree": Message("最高学位与学位记录不一致"),
    "highest_education": Message("最高学历与学历记录不一致"),
    "id_region_newer": Message("身份证号地区码晚于出生年份"),
    "id_region_unknown": Message("身份证号地区码未收录"),
    "joined_before_work": Message("入职早于参加工作"),
    "missing": Message("缺少必填内容"),
    "probation_too_long": Message("试用期过长"),
    "sex_id_number": Message("性别与身份证号不一致"),
    "supervisor_loop": Message("上下级关系循环"),
    "too_old": Message("年龄异常"),
    "unit_missing": Message("未安排部门"),
    "work_gap": Message("履历空档"),
    "work_overlap": Message("工作经历重叠"),
    "work_start_late": Message("参加工作时间晚于首段经历"),
}
