"""转交, 委派, 加签, 减签, 抄送, 催办."""

from __future__ import annotations

from datetime import timedelta

from tests.workflow.rules.office import Office, Story, approve

from dangan.workflow.rules import engine


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


def test_a_step_allows_only_what_its_flow_says() -> None:
    case = Story([approve("legal", "陶", may=[])])
    for verb in ("return", "transfer", "delegate", "add_signers"):
        told = case.no(verb, "陶", "legal", who="戚", place="after")
        assert told == "这一步的流程设置不允许这样处理。"
    assert case.no("remove_signer", "陶", "legal", who="戚") == "这一步的流程设置不允许减签。"


def test_handed_over_says_how_and_keeps_the_others() -> None:
    case = Story([approve("any", "陶", "金")])
    case.do("transfer", "陶", "any", who="戚")
    changes = {effect.kind: (effect.step, effect.accounts) for effect in case.last.effects}
    assert changes == {"released": ("any", ("陶",)), "assigned": ("any", ("戚",))}
    (party,) = case.state.steps["any"].parties
    assert (party.who, party.why, party.own) == (("戚", "金"), "handed_over", False)
    own = Story([approve("sign", {"rule": "subject"}, may=["transfer"])])
    own.do("transfer", "周", "sign", who="戚")
    assert own.state.steps["sign"].parties[0].own is False


def test_one_opinion_is_asked_of_one_person_at_a_time() -> None:
    case = Story([approve("all", "陶", "金", mode="all")])
    case.do("delegate", "陶", "all", who="戚")
    assert case.no("delegate", "金", "all", who="戚").startswith("已经在等这个人的意见")
    assert case.no("delegate", "金", "all", who=["姜", "谢"]) == "请选择一个人。"
    case.do("delegate", "金", "all", who="姜")
    assert [(task.account, task.kind) for task in engine.tasks(case.definition, case.state)] == [
        ("陶", "sign"), ("金", "sign"), ("戚", "opinion"), ("姜", "opinion"),
    ]  # fmt: skip
    case.do("opine", "戚", "all")
    assert case.effects("opined")[0].accounts == ("陶",)
    asks = case.state.steps["all"].asks
    assert [(ask.by, ask.who, ask.answered_at is None) for ask in asks] == [
        ("陶", "戚", False), ("金", "姜", True),
    ]  # fmt: skip
    case.do("delegate", "陶", "all", who="戚")
    assert case.todo() == {"陶", "金", "戚", "姜"}, "asked again after answering"


def test_added_signers_know_by_whom_and_ahead_of_whom() -> None:
    case = Story([approve("all", "陶", "金", mode="all")])
    case.do("add_signers", "陶", "all", who="戚", place="before")
    case.do("add_signers", "戚", "all", who="姜", place="after")
    case.do("add_signers", "金", "all", who="谢", place="after")
    added = [
        (one.who[0], one.why, one.rule, one.added, one.added_by, one.ahead_of)
        for one in case.state.steps["all"].parties[2:]
    ]
    assert added == [
        ("戚", "added", -1, "before", "陶", (0,)),
        ("姜", "added", -1, "before", "戚", (0,)),
        ("谢", "added", -1, "after", "金", ()),
    ]
    assert case.todo() == {"戚", "姜", "金"}
    for who in ("戚", "姜", "金"):
        case.do("agree", who, "all")
    assert case.todo() == {"陶"}, "those added after wait for all who were asked"
    case.do("agree", "陶", "all")
    assert case.todo() == {"谢"}
    case.do("agree", "谢", "all")
    assert case.state.status == "agreed"


def test_a_signer_added_after_and_dropped_again_is_waited_for_no_longer() -> None:
    case = Story([approve("legal", "陶")])
    case.do("add_signers", "陶", "legal", who=["戚", "姜"], place="after")
    case.do("agree", "陶", "legal")
    assert case.no("remove_signer", "陶", "legal", who=["戚", "姜"]) == "请选择要减去的一个人。"
    case.do("remove_signer", "陶", "legal", who="戚")
    assert case.todo() == {"姜"}
    assert case.no("remove_signer", "陶", "legal", who="戚").startswith("这个人不是加签的人")
    case.do("remove_signer", "陶", "legal", who="姜")
    assert case.state.status == "agreed"


def test_nobody_joins_who_has_spoken_or_is_concerned_but_who_was_dropped_may() -> None:
    case = Story([approve("all", "陶", "金", mode="all")])
    case.do("agree", "戚", "all", on_behalf_of="陶")
    for who, told in (("陶", "选择的人已经在"), ("周", "发起人和当事人"), ("金", "选择的人已经在")):
        assert case.no("add_signers", "金", "all", who=who, place="after").startswith(told)
    case.do("add_signers", "金", "all", who="姜", place="after")
    case.do("remove_signer", "金", "all", who="姜")
    case.do("add_signers", "金", "all", who="姜", place="before")
    assert case.todo() == {"姜"}


def test_copies_go_to_people_who_are_there() -> None:
    office = Office.usual()
    office.gone.add("姜")
    case = Story([approve("legal", "陶")], office=office)
    assert case.no("copy", "陶") == "请选择要抄送的人。"
    assert case.no("copy", "陶", who=["谢", "姜"]).startswith("选择的人已停用")
    case.do("copy", "陶", "legal", who=["谢"])
    assert case.state.copies == ("谢",)
    assert case.effects("copied")[0].step == "legal"


def test_only_what_waits_for_people_is_urged() -> None:
    case = Story([approve("one", "陶"), approve("two", "金")])
    case.do("agree", "陶", "one")
    case.do("urge", "何")
    assert [(one.step, one.accounts) for one in case.effects("urged")] == [("two", ("金",))]
    case.now += timedelta(minutes=59)
    assert case.no("urge", "何").startswith("一小时内已经催办过")
    case.do("return", "金", "two")
    assert case.no("urge", "何").startswith("现在没有人在处理这件事")


def test_no_deputy_who_is_concerned_gives_an_opinion_or_takes_a_signer_out() -> None:
    case = Story([approve("legal", "陶")])
    case.do("delegate", "陶", "legal", who="戚")
    case.do("add_signers", "陶", "legal", who="姜", place="after")
    for one in ("何", "周"):
        told = "你是发起人或当事人，不能代理别人处理这件事。"
        assert case.no("opine", one, "legal", on_behalf_of="戚") == told
        assert case.no("remove_signer", one, "legal", who="姜", on_behalf_of="陶") == told
