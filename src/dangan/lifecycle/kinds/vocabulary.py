"""What flow definitions may ask of a staff movement and name in it: facts, parts and acts."""

from __future__ import annotations

from dangan.workflow.handling import Fact, Named

APPLY = Named("apply", "写入档案", "Write to the dossier")
"""The one act of every movement: what was agreed comes true, whole or not at all."""

LEVELS = (
    ("2A10", "高层", "Executive"),
    ("2A20", "中层", "Middle management"),
    ("2A30", "基层管理", "First-line management"),
    ("2A40", "普通员工", "Staff"),
)

EFFECTIVE = Fact("effective", "生效日期", "Takes effect on", "date")
BY_SELF = Fact("by_self", "本人提出", "Asked for by the person", "flag")
NEW_UNIT = Fact("new_unit", "新部门", "New unit", "unit")
LEVEL = Fact("level", "新层级", "New level", "choice", LEVELS)
CHANGES_CONTRACT = Fact(
    "changes_contract", "需要变更劳动合同", "The contract must be amended", "flag"
)
CHANGES_PAY = Fact("changes_pay", "需要调整薪酬", "Pay changes", "flag")
SECURITY_CRITICAL = Fact("security_critical", "进入涉密岗位", "Enters a confidential post", "flag")
TECHNICAL = Fact("technical", "技术或涉密岗位", "Technical or confidential post", "flag")
SHORT_NOTICE = Fact("short_notice", "通知期不足", "Notice too short", "flag")
HEADS_UNIT = Fact("heads_unit", "担任部门负责人", "Heads a unit", "flag")
CHECKED = Fact("checked", "录用核查齐全", "All checks made", "flag")
REENTRY = Fact("reentry", "再次入职", "Comes back", "flag")
OUTCOME = Fact(
    "outcome",
    "转正结论",
    "Outcome",
    "choice",
    (
        ("passed", "按期转正", "Passed"),
        ("extended", "延长试用期", "Extended"),
        ("failed", "不予转正", "Not passed"),
    ),
)
ENDED_BY = Fact(
    "ended_by",
    "由谁提出",
    "Who ends it",
    "choice",
    (
        ("employee", "员工提出", "The employee"),
        ("employer", "单位提出", "The employer"),
        ("agreement", "协商一致", "By agreement"),
        ("expiry", "期满或其他", "Expiry or other"),
    ),
)

PAY = Named("pay", "核定薪酬", "Set the pay")
CONTRACT = Named("contract", "核对合同", "Check the contract")
EQUIPMENT = Named("equipment", "安排工位和设备", "Allot desk and equipment")
ASSESSMENT = Named("assessment", "试用期评价", "Assess the probation")
SUMMARY = Named("summary", "试用期小结", "Sum up the probation")
CHECKS = Named("checks", "录用核查", "Pre-employment checks")

SETTLEMENT = Named("settlement", "结算薪酬", "Settle the pay")
AGREEMENT = Named("agreement", "核对合同与协议", "Check contract and agreements")
SECRECY = Named("secrecy", "签署双向保密协议", "Sign the two-sided secrecy agreement")
HANDOVER = (
    Named("handover_department", "部门工作交接", "Hand-over in the department"),
    Named("handover_administration", "行政物品交接", "Hand-over to administration"),
    Named("handover_it", "账号设备交接", "Hand-over to IT"),
    Named("handover_archive", "档案交接", "Hand-over to the archive"),
)
"""Each signs the lines of its department on 离公司手续单; finance and legal sign theirs in
``settlement`` and ``agreement``."""
