"""What else goes on in the demonstration: rights for a while, a review, secret posts, agreements,
a newcomer's form, a deputy, reminders. Through the real verbs, as the demonstration accounts.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from dangan.access.queries import console_actor, system_actor
from dangan.confidentiality import actions as confidentiality
from dangan.confidentiality import queries as confidentiality_queries
from dangan.confidentiality.actions import PostWish
from dangan.dossiers.collection import actions as collection
from dangan.dossiers.collection.models import Invitation
from dangan.dossiers.collection.sealing import answers_of
from dangan.entitlements import actions as entitlements
from dangan.lifecycle.reminders import actions as reminders
from dangan.operations.demo.names import id_number
from dangan.operations.demo.office import Office, case_there, certificate
from dangan.organization.calendar.queries import calendar
from dangan.vault.queries import key_of
from dangan.workflow import actions as workflow

SECRECY = """第一条　本协议所称商业秘密，指不为公众所知悉、具有商业价值并经公司采取保密措施\
的技术信息、经营信息等商业信息。

第二条　员工在职期间，不得向外提供、复制、传播公司的商业秘密；因工作需要对外提供的，\
须经部门负责人同意。

第三条　员工离职时，应当清退全部涉密文件和载体，离职后仍须保守所知悉的商业秘密。

第四条　违反本协议造成损失的，依法承担赔偿责任。"""

NOTICE = """一、公司为订立和履行劳动合同、实施人力资源管理，处理你的身份、联系、教育、\
工作经历等个人信息。

二、敏感个人信息（证件号码、健康、银行账户、未成年子女的信息）只用于社会保险、发放工资\
和法律规定的事项，查看须写明事由，每次查看都有记录。

三、你可以在“我的信息”里查看、更正和下载自己的信息，也可以看到谁看过你的档案。"""

SIGNED_BY = ("hr", "hrmanager", "head", "finance", "leader")
"""The accounts that have signed; the others are in the list of the unsigned."""


def live(office: Office) -> None:
    """All of it."""
    _rights(office)
    _review(office)
    _secret_posts(office)
    _agreements(office)
    _collection(office)
    workflow.name_deputy(
        office.actor("head"),
        deputy=office.accounts["head2"],
        begins=office.today,
        ends=office.day(6),
    )
    reminders.sweep(system_actor(purpose="载入示例组织"))


def _rights(office: Office) -> None:
    """A role in force for some days, one asked for, and leave to look."""
    legal = office.owners["legal"]
    wish = entitlements.ask_temporary(
        office.actor("legal"),
        role="archivist",
        unit=office.unit(legal),
        begins=office.today,
        until=office.day(13),
        reason="核对本部门历史合同的归档材料",
    )
    office.agree("privacy", case_there(wish.case), "head", "时间和范围合适")
    office.agree("hrmanager", case_there(wish.case), "hr")
    wish = entitlements.ask_temporary(
        office.actor("finance"),
        role="archivist",
        unit=office.unit(office.owners["finance"]),
        begins=office.today,
        until=office.day(6),
        reason="年终审计，调阅本部门人员任职材料",
    )
    office.agree("leader", case_there(wish.case), "head")
    entitlements.ask_reveal(
        office.actor("head"),
        subject=office.subject(office.owners["employee"]),
        fields={"identity": ["id_number"]},
        hours=4,
        reason="办理出国审批，填报证件号码",
    )


def _review(office: Office) -> None:
    """Everybody's rights are asked about until the tenth working day from now."""
    due = calendar().add_working_days(office.today, 10)
    entitlements.open_campaign(office.actor("privacy"), unit=None, due=due)


def _secret_posts(office: Office) -> None:
    manager = office.actor("hrmanager")
    for login, position, level, duties in (
        (
            "head2",
            "架构师",
            "2",
            "掌握核心算法和产品路线，不得对外披露；电脑和文件按涉密载体管理。",
        ),
        ("it", "运维工程师", "1", "保管生产系统的账号和密钥，不得复制、外传；离岗须当日移交。"),
    ):
        wish = PostWish(
            unit=office.unit(office.owners[login]),
            position=position,
            level=level,
            duties=duties,
            training_months=24,
            checks=("5", "6"),
            needs_agreement=True,
        )
        confidentiality.open_post(manager, wish=wish)


def _agreements(office: Office) -> None:
    """One text signed by some, one by fewer."""
    legal = office.actor("legal")
    confidentiality.open_new_text(
        legal, title="员工保密协议", body=SECRECY, audience="all", record_kind="1"
    )
    confidentiality.open_new_text(legal, title="个人信息处理告知书", body=NOTICE, audience="all")
    for number, login in enumerate(SIGNED_BY):
        actor = office.actor(login)
        for due in confidentiality_queries.due(actor)[: 1 if number % 2 else 2]:
            confidentiality.sign(
                actor,
                version=due.version.id,
                sha256=due.version.sha256,
                typed_name=office.owners[login].name,
            )


def _collection(office: Office) -> None:
    """One newcomer has handed the form in, another has not opened it yet."""
    hr, guest = office.actor("hr"), console_actor(purpose="示例：新员工填表")
    unit = office.unit(office.owners["head"])
    first = office.today + timedelta(days=9)
    collection.invite(hr, name="方知夏", mobile="13900005217", unit=unit, first_day=first)
    form = collection.invite(
        hr, name="温景行", mobile="13900008846", unit=unit, first_day=first
    ).invitation
    collection.accept_notice(guest, invitation=form)
    begun = answers_of(key_of(form), Invitation.objects.get(pk=form)).of_set("identity")[0]
    number = id_number("330106", "2001-03-18", 0, male=True)
    identity = {**begun.values, "id_number": number, "ethnicity": "01"}
    school = {"school": "江城理工大学", "start": "2019-09", "end": "2023-06", "level": "21"}
    studied = uuid4()
    for info_set, row, values in (
        ("identity", begun.row, identity),
        ("education", studied, school | {"major": "软件工程"}),
    ):
        collection.put_row(guest, invitation=form, info_set=info_set, row=row, values=values)
    collection.add_paper(
        guest,
        invitation=form,
        info_set="education",
        row=studied,
        name="毕业证书.png",
        data=certificate(),
    )
    collection.submit(guest, invitation=form)
