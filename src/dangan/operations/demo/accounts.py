"""The demonstration accounts: one for each built-in role, with a password everybody may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dangan.operations.demo.people import Organisation
from dangan.operations.demo.person import Person

PASSWORD = "Dangan2026"  # noqa: S105 - printed on purpose; demonstration data only


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account and whom it belongs to: the head or a member of the office that ends so.

    ``role`` empty: the role comes by itself with the person (employee, head).
    """

    login: str
    role: str
    role_label: str
    office: str
    of_head: bool
    remark: str
    new: bool = False


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("hr", "hr_specialist", "人事专员", "人力资源部", False, "维护档案"),
    DemoAccount("hrmanager", "hr_manager", "人事经理", "人力资源部", True, "审批、调整组织"),
    DemoAccount("head", "", "部门负责人", "研发一部", True, "看本部门的人"),
    DemoAccount("employee", "", "员工", "研发一部", False, "看自己的档案"),
    DemoAccount("newcomer", "", "员工", "", False, "新员工，首次登录须改密码", new=True),
    DemoAccount("office", "administration", "行政", "集团办公室", True, "看基本情况"),
    DemoAccount("finance", "finance", "财务", "财务部", False, "看薪酬和账户"),
    DemoAccount("legal", "legal", "法务", "法务部", False, "看和改合同"),
    DemoAccount("it", "it", "信息技术", "信息技术部", False, "管账号和备份，不看档案"),
    DemoAccount("archivist", "archivist", "档案管理员", "集团办公室", False, "管档案材料"),
    DemoAccount("leader", "leader", "分管领导", "澄远集团", True, "看全集团，敏感字段掩码"),
    DemoAccount("privacy", "privacy_officer", "个人信息保护负责人", "法务部", True, "看规则和日志"),
    DemoAccount("auditor", "auditor", "审计员", "审计部", False, "只查日志"),
    DemoAccount(
        "security", "security_admin", "安全管理员", "信息技术部", True, "批权限和密钥，管告警"
    ),
    DemoAccount("head2", "", "部门负责人", "研发二部", True, "调岗时的另一个部门"),
    DemoAccount("employee2", "", "员工", "研发一部", False, "另一位员工，用来走离职"),
)


def owners(organisation: Organisation) -> dict[str, Person]:
    """Whose each account is, by log-in name; no person has two.

    A small organisation lacks some: then somebody else has the account.
    """
    taken: set[int] = set()
    found: dict[str, Person] = {}
    for account in DEMO_ACCOUNTS:
        fitting = (p for p in _candidates(organisation, account) if p.number not in taken)
        person = next(fitting, None)
        if person is None:
            person = next(p for p in organisation.people if p.number not in taken)
        taken.add(person.number)
        found[account.login] = person
    return found


def fitting(organisation: Organisation) -> bool:
    """Whether every account belongs to somebody whom it fits."""
    return all(
        person in _candidates(organisation, account)
        for account, person in zip(DEMO_ACCOUNTS, owners(organisation).values(), strict=True)
    )


def _candidates(organisation: Organisation, account: DemoAccount) -> Iterable[Person]:
    for person in organisation.people:
        office = organisation.offices[person.office]
        if person.departed or person.head is not account.of_head:
            continue
        if account.new:
            if person.newcomer:
                yield person
        elif not person.newcomer and office.path.endswith(account.office):
            yield person
