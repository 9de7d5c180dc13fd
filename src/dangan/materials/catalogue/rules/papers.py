"""What kind of paper a title names: its rank within a matter, the stage of schooling, the party.

Titles follow custom, so most papers say themselves where they stand; who files may say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OTHER = 9
"""The rank of a paper that is none of those its class knows; also what a person may choose."""

RANKS: Mapping[str, Sequence[str]] = {
    "5": ("上级批复", "结论", "本人意见", "调查报告", "证明材料"),
    "6": ("志愿书", "申请书", "转正申请书", "登记表"),
    "8": ("批复", "处分决定", "本人意见", "调查报告", "证明材料", "检查材料"),
    "9-2": ("任免表", "考察材料"),
}
"""Papers of a class in their order; the first has rank 1."""

_WORDS: Mapping[str, Sequence[tuple[int, Sequence[str]]]] = {
    "5": (
        (1, ("批复", "批示")),
        (3, ("本人意见", "本人对", "申诉", "申辩", "本人签")),
        (5, ("证明", "旁证", "证言", "外调")),
        (4, ("调查", "审查报告", "核查报告", "情况报告")),
        (2, ("结论", "认定", "决定", "审核", "审计")),
    ),
    "6": (
        (1, ("志愿书",)),
        (3, ("转正",)),
        (2, ("申请书", "申请")),
        (4, ("登记表", "登记")),
    ),
    "8": (
        (1, ("批复", "批示")),
        (3, ("本人意见", "本人对", "申诉", "申辩", "陈述")),
        (4, ("调查", "审查报告", "核查报告")),
        (5, ("证明", "旁证", "证言")),
        (6, ("检查", "检讨", "交代", "交待")),
        (2, ("决定", "通报", "判决", "裁定", "处理意见", "诫勉")),
    ),
    "9-2": ((2, ("考察", "考核", "民主测评")), (1, ("",))),
}

STAGES: Sequence[tuple[str, str, Sequence[str]]] = (
    ("81", "小学", ("小学",)),
    ("71", "初中", ("初中", "初级中学")),
    ("61", "高中", ("高中", "高级中学")),
    ("41", "中专、技校、职高", ("中专", "中等专", "中师", "职高", "职业高中", "技校", "技工")),
    ("31", "大专", ("大专", "专科", "高职")),
    ("21", "大学本科", ("专升本", "本科", "学士", "大学")),
    ("14", "硕士研究生", ("硕士", "研究生")),
    ("11", "博士研究生", ("博士",)),
)
"""Stages from low to high: code of GB/T 4658, word, and the words of titles."""

_LEVELS = {"8": 1, "7": 2, "6": 3, "4": 4, "3": 5, "2": 6, "1": 7}
_DOCTOR = {"11", "12", "13"}
UNKNOWN_LEVEL = 9

PARTIES: Sequence[tuple[str, str]] = (
    ("league", "共青团"),
    ("party", "中国共产党"),
    ("democratic", "民主党派"),
)
"""六: league before party before democratic parties."""

_DEMOCRATIC = ("民主党派", "民革", "民盟", "民建", "民进", "农工", "致公党", "九三", "台盟")


def rank_of(category: str, title: str, given: int = 0) -> int:
    """The rank of a paper in its class: as given, else as its title says, else last."""
    if given or category not in _WORDS:
        return given
    for rank, words in _WORDS[category]:
        if any(word in title for word in words):
            return rank
    return OTHER


def stage_of(title: str, given: str = "") -> str:
    """The stage of schooling (a code of GB/T 4658); empty when the title does not say."""
    if given:
        return given
    if "专升本" in title:
        return "21"
    for code, _label, words in (*STAGES[4:5], *STAGES[::-1]):  # 大学专科 is 专科
        if code == "31" and "中等专" in title:
            continue
        if any(word in title for word in words):
            return code
    return ""


def level_of(stage: str) -> int:
    """How high a stage is, 1 for primary school; what is unknown comes last."""
    if stage in _DOCTOR:
        return 8
    return _LEVELS.get(stage[:1], UNKNOWN_LEVEL)


def party_of(title: str, given: str = "") -> str:
    """league, party or democratic; empty when the title does not say."""
    if given:
        return given
    if any(word in title for word in _DEMOCRATIC):
        return "democratic"
    if "团" in title:
        return "league"
    return "party" if any(word in title for word in ("党", "转正", "预备期")) else ""
