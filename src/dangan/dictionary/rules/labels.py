"""The fixed lists: classes, types, masks, owners, legal bases, retentions, with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class FieldClass(IntEnum):
    """Secrecy class of a field 密级, the firm's own mark. Higher needs more clearance."""

    PUBLIC = 1
    INTERNAL = 2
    SENSITIVE = 3
    CONFIDENTIAL = 4
    SECRET = 5

    @property
    def label(self) -> str:
        return _CLASS_LABELS[self][0]

    @property
    def label_en(self) -> str:
        return _CLASS_LABELS[self][1]


_CLASS_LABELS = {
    FieldClass.PUBLIC: ("公开", "Public"),
    FieldClass.INTERNAL: ("内部", "Internal"),
    FieldClass.SENSITIVE: ("敏感", "Sensitive"),
    FieldClass.CONFIDENTIAL: ("机密", "Confidential"),
    FieldClass.SECRET: ("绝密", "Secret"),
}

FIELD_TYPES: Mapping[str, tuple[str, str]] = {
    "text": ("单行文字", "Text"),
    "long_text": ("多行文字", "Long text"),
    "date": ("日期", "Date"),
    "partial_date": ("日期（可到年或月）", "Date, year or month"),
    "open_date": ("日期（可填至今）", "Date or until now"),
    "code": ("代码", "Code"),
    "integer": ("整数", "Integer"),
    "decimal": ("小数", "Decimal"),
    "money": ("金额", "Money"),
    "boolean": ("是／否", "Yes or no"),
    "phone": ("电话号码", "Telephone number"),
    "email": ("电子邮箱", "E-mail address"),
    "id_number": ("公民身份号码", "Citizen identity number"),
    "bank_account": ("银行账号", "Bank account number"),
    "unit": ("部门", "Organisation unit"),
    "subject": ("人员", "Person"),
    "image": ("照片", "Picture"),
    "url": ("网址", "Web address"),
}
"""Every field type with its Chinese and English label."""

MASKS: Mapping[str, tuple[str, str]] = {
    "none": ("不掩码", "Not masked"),
    "all": ("全部掩码", "Everything"),
    "name": ("留姓", "Family name stays"),
    "phone": ("留前三后四位", "First three and last four stay"),
    "id_number": ("留前四后四位", "First four and last four stay"),
    "bank": ("留后四位", "Last four stay"),
    "email": ("留首字母和域名", "First letter and domain stay"),
    "address": ("留前六个字", "First six characters stay"),
    "year": ("只留年份", "Year stays"),
}
"""Mask rules: what stays visible when a reader may only see the mask."""

CHECKS: Mapping[str, tuple[str, str]] = {
    "": ("不另行检查", "No further check"),
    "name": ("人名", "A person's name"),
    "number": ("编号（字母、数字和 - _ /）", "A number of letters, digits and - _ /"),
    "postcode": ("六位邮政编码", "A postcode of six digits"),
}
"""What a ``text`` field checks besides its length."""

SELF_SERVICE: Mapping[str, tuple[str, str]] = {
    "none": ("不可见", "Not shown"),
    "view": ("可看", "May view"),
    "edit": ("可申请修改", "May ask for a change"),
}
"""What the person concerned may do with the field on their own pages."""

OWNERS: Mapping[str, tuple[str, str]] = {
    "hr": ("人力资源", "Human resources"),
    "administration": ("行政", "Administration"),
    "finance": ("财务", "Finance"),
    "legal": ("法务", "Legal"),
    "it": ("信息技术", "IT"),
    "security": ("保密", "Confidentiality"),
}
"""Departments that own fields: the owner reviews changes to them."""

LEGAL_BASES: Mapping[str, tuple[str, str]] = {
    "contract": (
        "订立、履行劳动合同及人力资源管理所必需（个人信息保护法第十三条第一款第二项）",
        "Necessary for the employment contract and HR management (PIPL art. 13(1)(2))",
    ),
    "legal_duty": (
        "履行法定职责或者法定义务所必需（个人信息保护法第十三条第一款第三项）",
        "Necessary for statutory duties (PIPL art. 13(1)(3))",
    ),
    "staff_register": (
        "建立职工名册（劳动合同法第七条、劳动合同法实施条例第八条；个人信息保护法第十三条第一款第三项）",
        "Staff register (Labour Contract Law art. 7, its Regulations art. 8; PIPL art. 13(1)(3))",
    ),
    "contract_facts": (
        "与劳动合同直接相关的基本情况（劳动合同法第八条；个人信息保护法第十三条第一款第二项）",
        "Facts directly tied to the contract (Labour Contract Law art. 8; PIPL art. 13(1)(2))",
    ),
    "payroll": (
        "支付工资、代扣税款和缴纳社会保险（个人信息保护法第十三条第一款第二、三项）",
        "Wages, tax and social insurance (PIPL art. 13(1)(2) and (3))",
    ),
    "cadre_rules": (
        "干部人事档案管理（干部人事档案工作条例；个人信息保护法第十三条第一款第三项）",
        "Cadre personnel archives rules (PIPL art. 13(1)(3))",
    ),
    "emergency": (
        "紧急情况下保护生命健康和财产安全（个人信息保护法第十三条第一款第四项）",
        "Protecting life, health and property in an emergency (PIPL art. 13(1)(4))",
    ),
    "consent": (
        "本人同意（个人信息保护法第十三条第一款第一项）",
        "Consent of the person (PIPL art. 13(1)(1))",
    ),
    "separate_consent": (
        "本人单独同意（个人信息保护法第十三条第一款第一项、第二十九条）",
        "Separate consent for sensitive data (PIPL arts. 13(1)(1) and 29)",
    ),
}
"""Why a field may be held at all, with the law's article."""

LEGAL_SHORT: Mapping[str, tuple[str, str]] = {
    "contract": ("个保法 13(1)②", "PIPL 13(1)(2)"),
    "legal_duty": ("个保法 13(1)③", "PIPL 13(1)(3)"),
    "staff_register": ("劳动合同法 7", "LCL 7"),
    "contract_facts": ("劳动合同法 8", "LCL 8"),
    "payroll": ("个保法 13(1)②③", "PIPL 13(1)(2)(3)"),
    "cadre_rules": ("干部档案条例", "Cadre archives rules"),
    "emergency": ("个保法 13(1)④", "PIPL 13(1)(4)"),
    "consent": ("同意", "Consent"),
    "separate_consent": ("单独同意", "Separate consent"),
}
"""The same in a few characters, for tables."""

RETENTIONS: Mapping[str, tuple[str, str]] = {
    "employment": ("在职期间", "While employed"),
    "departure_2y": ("离职后 2 年", "2 years after departure"),
    "contract_end_2y": ("合同终止后 2 年", "2 years after the contract ends"),
    "departure_3y": ("离职后 3 年", "3 years after departure"),
    "event_3y": ("办结后 3 年", "3 years after the matter is closed"),
    "accounting_30y": ("30 年（随会计凭证）", "30 years (with accounting vouchers)"),
    "permanent": ("永久", "Permanently"),
    "consent": ("撤回同意即删", "Until consent is withdrawn"),
}
"""Retention rules 保存期限. Terms from: labour contract law art. 50 (two years), accounting
archives rules (30 years); 办结后 3 年 follows PIPL art. 56. Each can be changed on the page."""
