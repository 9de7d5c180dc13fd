"""转交, 委派, 加签, 减签, 抄送, 催办."""

from __future__ import annotations

from datetime import timedelta

from tests.workflow.rules.office import Office, Story, approve


def test_handed_over_for_good() -> None:
    case = Story([approve("legal", "陶")])
    case.do("transfer", "陶", "legal", who="戚")
    assert case.todo() == {"戚"}
    assert case.no("agree", "陶", "legal").startswith("这一步没有轮到你处理")
    case.do("agree", "戚", "legal")


def test_not_handed_to_initiator_subject_colleague_in_the_step_or_somebody_gone() -> None:
    office = Office.usual()
    office.gone.add("姜")
    case = Story([approve("all", "陶", "金", mode="all")], office=office)
    for who in ("何", "周"):
        assert case.no("transfer", "陶", "all", who=who).startswith("发起人和当事人不能参与审批。")
    assert case.no("transfer", "陶", "all", who="金").startswith("选择的人已经在这一步里。")
    assert case.no("transfer", "陶", "all", who="姜").startswith("选择的人已停用或不存在。")
    assert case.no("transfer", "陶", "all") == "请选择一个人。"


def test_an_opinion_is_asked_and_the_decision_stays() -> None:
    case = Story([approve("legal", "陶")])
    case.do("delegate", "陶", "legal", who="戚")
    assert case.todo() == {"陶", "戚"}
    assert case.effects("asked")[0].accounts == ("戚",)
    assert case.no("agree", "戚", "legal").startswith("这一步没有轮到你处理")
    case.do("opine", "戚", "legal")
    assert case.effects("opined")[0].accounts == ("陶",)
    assert case.no("opine", "戚", "legal").startswith("没有人在等你的意见")
    case.do("agree", "陶", "legal")
    assert case.state.status == "agreed"


def test_a_signer_added_before_goes_first() -> None:
    case = Story([approve("legal", "陶")])
    case.do("add_signers", "陶", "legal", who="戚", place="before")
    assert case.todo() == {"戚"}
    assert case.no("agree", "陶", "legal") == "还没有轮到你：请等前面的人处理完。"
    case.do("agree", "戚", "legal")
    assert case.todo() == {"陶"}


def test_signers_added_after_must_agree_too() -> None:
    case = Story([approve("legal", "陶")])
    case.do("add_signers", "陶", "legal", who=["戚", "姜"], place="after")
    assert case.todo() == {"陶"}
    case.do("agree", "陶", "legal")
    assert case.todo() == {"戚", "姜"}
    case.do("agree", "戚", "legal")
    case.do("agree", "姜", "legal")
    assert case.state.status == "agreed"


def test_an_added_signer_may_add_and_may_refuse() -> None:
    case = Story([approve("legal", "陶")])
    case.do("add_signers", "陶", "legal", who="戚", place="before")
    case.do("add_signers", "戚", "legal", who="姜", place="before")
    assert case.todo() == {"姜"}
    case.do("agree", "姜", "legal")
    case.do("refuse", "戚", "legal")
    assert case.state.status == "refused"


def test_an_added_signer_is_dropped_by_who_added_them_only_while_silent() -> None:
    case = Story([approve("all", "陶", "金", mode="all")])
    case.do("add_signers", "陶", "all", who="戚", place="before")
    assert case.todo() == {"戚", "金"}
    assert case.no("remove_signer", "金", "all", who="戚") == "只有加签的人可以减去加签。"
    case.do("remove_signer", "陶", "all", who="戚")
    assert case.todo() == {"陶", "金"}
    assert case.no("remove_signer", "陶", "all", who="金").startswith("这个人不是加签的人")
    case.do("add_signers", "陶", "all", who="戚", place="before")
    case.do("agree", "戚", "all")
    assert case.no("remove_signer", "陶", "all", who="戚").startswith("这个人不是加签的人")


def test_adding_needs_people_and_a_place() -> None:
    case = Story([approve("legal", "陶")])
    assert case.no("add_signers", "陶", "legal", who="戚").startswith("请选择加签的位置")
    assert case.no("add_signers", "陶", "legal", place="after") == "请选择要加签的人。"
    assert case.no("add_signers", "陶", "legal", who=["戚", "戚"], place="after").startswith(
        "同一个人"
    )


def test_copies_go_out_once_and_stop_nothing() -> None:
    tell = {"type": "notify", "key": "tell", "label": "抄送", "who": [{"rule": "subject"}]}
    case = Story([approve("legal", "陶"), tell])
    case.do("copy", "陶", who=["姜", "谢"])
    assert case.effects("copied")[0].accounts == ("姜", "谢")
    case.do("copy", "陶", who=["姜"])
    assert case.effects("copied") == []
    case.do("agree", "陶", "legal")
    assert case.effects("copied")[0].accounts == ("周",), "who is barred from deciding may read"
    assert case.state.status == "agreed"


def test_urged_by_the_initiator_once_an_hour() -> None:
    case = Story([approve("all", "陶", "金", mode="in_turn")])
    case.do("urge", "何")
    assert case.effects("urged")[0].accounts == ("陶",)
    assert case.no("urge", "何") == "一小时内已经催办过。请稍后再催。"
    assert case.no("urge", "金") == "只有发起人可以催办。"
    case.now += timedelta(hours=1)
    case.do("urge", "何")
