"""Cases of the demonstration: under way at every desk, and some that are over.

Through the real verbs, as the demonstration accounts: a case stands where it does because the
desks before it agreed. Words are those of people who do not exist.
"""

from __future__ import annotations

from uuid import UUID

from dangan.dossiers.rules import RowPlan
from dangan.operations.demo.office import Office
from dangan.operations.demo.person import Person
from dangan.workflow import actions as workflow

STAFF = 5
"""So many people without an account the department of the account ``head`` must have."""

_RAISE = {"grade": "P6", "reason": "4", "document": "年度调薪方案"}


def open_cases(office: Office) -> None:
    """All of them. ``office.staff("head")`` has at least :data:`STAFF` people."""
    _over(office)
    _self_service(office)
    _changes(office)
    _promotions(office)
    _transfers(office)
    _regularisation(office)
    _departures(office)


def _over(office: Office) -> None:
    """Agreed, refused, taken back."""
    english = RowPlan("language", {"language": "en", "skill": "2", "certificate": "CET-6"})
    agreed = office.propose_with_proof("employee2", english, "补充英语六级证书")
    office.agree("hr", agreed, "hr", "证书已核对原件")
    course = RowPlan("training", {"name": "自费摄影课", "start": "2026-03", "end": "2026-04"})
    refused = office.propose("legal", course, "补充一次培训")
    office.refuse("hr", refused, "hr", "与岗位无关的培训不记入档案")
    permit = RowPlan(
        "qualification", {"name": "大型活动安全管理", "kind": "4", "issued": "2026-05"}
    )
    taken = office.propose("office", permit, "补登证书")
    workflow.withdraw(office.actor("office"), case=taken)


def _self_service(office: Office) -> None:
    """What people ask to have changed in their own dossiers."""
    german = RowPlan("language", {"language": "de", "skill": "3", "obtained": "2026-06"})
    office.propose_with_proof("employee", german, "德语 B1，证书已上传")
    licence = RowPlan("qualification", {"name": "信息系统项目管理师", "kind": "1"})
    returned = office.propose("employee", licence, "今年五月考取")
    office.send_back("hr", returned, "hr", "请补充发证日期，并上传证书照片")
    title = {"name": "中级会计资格", "kind": "1", "issued": "2026-09", "number": "03126"}
    office.propose_with_proof("finance", RowPlan("qualification", title), "中级会计证书")
    moved = office.latest(
        office.owners["archivist"], "contact", address="上海市浦东新区银杏路66号3幢1802室"
    )
    office.propose("archivist", moved, "上月搬家")


def _changes(office: Office) -> None:
    """What the house wants changed: pay and contracts."""
    first, second, third, *_rest = office.staff("head")
    case = _raise(office, first)
    office.agree("head", case, "head", "绩效连续两年为优，同意")
    case = _raise(office, second)
    office.agree("head", case, "head")
    office.agree("finance", case, "finance", "在部门调薪额度内")
    place = office.latest(third, "contract", place="上海市浦东新区", hours="标准工时制")
    case = office.propose("hrmanager", place, "办公地点迁移，变更工作地点", about=third)
    office.agree("head", case, "head")


def _raise(office: Office, person: Person) -> UUID:
    row = office.latest(person, "pay", **_RAISE)
    return office.propose("hrmanager", row, "年度调薪", about=person, on=10)


def _promotions(office: Office) -> None:
    """One that finance sets the pay for, one that waits for the head."""
    first, _second, _third, second, *_rest = office.staff("head")
    case = _promote(office, first, "带队完成交付，业绩突出")
    office.agree("head", case, "head", "同意晋升")
    _promote(office, second, "年度晋升")


def _promote(office: Office, person: Person, reason: str) -> UUID:
    post = {"unit": str(office.unit(person)), "position": "主任工程师", "post_level": "2A30"}
    return office.move("hr", "promotion", person, 10, reason=reason, post=post)


def _transfers(office: Office) -> None:
    """One that waits for the new head, one that administration prepares."""
    _transfer(office, next(office.staff("head2")), "head2", "head")
    _first, second, *_rest = office.staff("head")
    case = _transfer(office, second, "head", "head2")
    office.agree("head2", case, "new_head", "平台组正缺人手，欢迎")


def _transfer(office: Office, person: Person, old: str, new: str) -> UUID:
    post = {
        "unit": str(office.unit(office.owners[new])),
        "position": str(person.rows["post"][-1]["position"]),
    }
    case = office.move("hr", "transfer", person, 10, reason="项目调整，补充人手", post=post)
    office.agree(old, case, "old_head", "工作已安排交接")
    return case


def _regularisation(office: Office) -> None:
    """The newcomer has asked for it and summed up; the head is to assess."""
    words = "熟悉了构建和发布流程，独立完成两个模块的开发和测试。"
    newcomer = office.owners["newcomer"]
    case = office.move("newcomer", "regularisation", newcomer, 20, details={"summary": words})
    office.fill("newcomer", case, "summary", "summary", summary=words)


def _departures(office: Office) -> None:
    """One that the departments hand over, one that is over and leaves duties behind."""
    *_others, leaving = office.staff("head")
    case = _leave(office, leaving, "head", notified=-8, last=25)
    office.fill("it", case, "handover_it", "handover_it", **done("devices", "accounts", "data"))
    case = _leave(office, next(office.staff("office")), "office", notified=-35, last=0)
    _hand_over(office, case)
    office.agree("hrmanager", case, "hr", "手续齐全")


def _leave(office: Office, person: Person, head: str, *, notified: int, last: int) -> UUID:
    """Notice given, agreed by head, administration and leader."""
    case = office.move(
        "hr",
        "departure",
        person,
        last,
        reason="本人提交书面辞职，部门已知悉",
        post={"leaving_reason": "11"},
        details={"notified_on": office.day(notified).isoformat()},
    )
    office.agree(head, case, "head", "工作由组内承接")
    office.agree("office", case, "administration")
    office.agree("leader", case, "leader")
    return case


def _hand_over(office: Office, case: UUID) -> None:
    """Every department of somebody from the head office signs its lines."""
    agreed = done("contract", "secrecy", "noncompete") | {"agreement_note": "协商无异议"}
    office.fill("legal", case, "agreement", "agreement", **agreed)
    until = {"settled_until": office.today.isoformat()}
    settled = done("wages", "loans", "compensation") | until
    office.fill("finance", case, "settlement", "settlement", **settled)
    lines = {
        "handover_department": ("office", ("work", "documents", "successor")),
        "handover_administration": ("office", ("desk", "keys", "vehicle")),
        "handover_it": ("it", ("devices", "accounts", "data")),
        "handover_archive": ("archivist", ("loans", "secret")),
    }
    for part, (login, items) in lines.items():
        office.fill(login, case, part, part, **done(*items))


def done(*lines: str) -> dict[str, str]:
    """The form of a department whose lines are all done."""
    return {f"state-{line}": "done" for line in lines}
