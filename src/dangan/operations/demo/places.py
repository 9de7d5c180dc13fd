"""The organisation's tree and what people in it do, study and earn. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

GROUP = "澄远集团"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of work: its posts from junior to senior, the majors that lead there, base pay."""

    posts: tuple[str, ...]
    majors: tuple[str, ...]
    pay: int


_LINES = {
    "管理": Line(("行政秘书", "经理助理", "副总经理"), ("工商管理", "行政管理"), 12000),
    "人力": Line(
        ("人事专员", "薪酬专员", "招聘主管", "人事主管"),
        ("人力资源管理", "劳动与社会保障", "应用心理学"),
        8200,
    ),
    "行政": Line(("行政专员", "档案管理员", "后勤主管"), ("行政管理", "档案学", "秘书学"), 7200),
    "财务": Line(("出纳", "会计", "成本会计", "财务主管"), ("会计学", "财务管理", "审计学"), 8600),
    "法务": Line(("法务专员", "法务主管", "合规主管"), ("法学", "知识产权"), 9800),
    "信息": Line(
        ("运维工程师", "系统工程师", "安全工程师"),
        ("计算机科学与技术", "网络工程", "信息安全"),
        11500,
    ),
    "研发": Line(
        ("助理工程师", "工程师", "高级工程师", "架构师"),
        ("软件工程", "计算机科学与技术", "电子信息工程", "自动化", "应用数学"),
        14000,
    ),
    "市场": Line(("市场专员", "品牌专员", "策划主管"), ("市场营销", "广告学", "新闻学"), 9000),
    "销售": Line(
        ("销售代表", "大客户经理", "销售主管"), ("市场营销", "国际经济与贸易", "电子商务"), 8800
    ),
    "客服": Line(("客服专员", "客服主管"), ("汉语言文学", "电子商务", "英语"), 6200),
    "生产": Line(
        ("操作工", "技术员", "班长", "生产主管"), ("机械工程", "机电一体化技术", "工业工程"), 6800
    ),
    "质量": Line(("检验员", "质量工程师", "质量主管"), ("质量管理工程", "测控技术与仪器"), 7400),
    "物流": Line(("仓管员", "调度员", "物流主管"), ("物流管理", "供应链管理"), 6600),
    "采购": Line(("采购员", "采购主管"), ("供应链管理", "国际经济与贸易"), 8000),
}


@dataclass(frozen=True, slots=True)
class Office:
    """A unit of the tree by its path below the group, with its line of work and its weight."""

    path: str
    kind: str
    line: Line
    weight: int = 0


def _department(company: str, name: str, line: str, weight: int, *teams: str) -> list[Office]:
    path = f"{GROUP}/{company}/{name}" if company else f"{GROUP}/{name}"
    share = max(1, weight // (len(teams) + 1))
    return [
        Office(path, "department", _LINES[line], share if teams else weight),
        *(Office(f"{path}/{team}", "team", _LINES[line], share) for team in teams),
    ]


def _company(name: str, *departments: tuple[str, str, int, tuple[str, ...]]) -> list[Office]:
    offices = [Office(f"{GROUP}/{name}", "company", _LINES["管理"], 1)]
    for department, line, weight, teams in departments:
        offices += _department(name, department, line, weight, *teams)
    return offices


OFFICES: tuple[Office, ...] = (
    Office(GROUP, "group", _LINES["管理"], 1),
    *_department("", "集团办公室", "行政", 6),
    *_department("", "人力资源部", "人力", 9),
    *_department("", "财务部", "财务", 8),
    *_department("", "法务部", "法务", 4),
    *_department("", "信息技术部", "信息", 8),
    *_department("", "审计部", "财务", 4),
    *_company(
        "澄远科技",
        ("综合管理部", "行政", 6, ()),
        ("产品部", "市场", 12, ()),
        ("研发一部", "研发", 36, ("前端组", "后端组")),
        ("研发二部", "研发", 28, ("算法组", "平台组")),
        ("测试部", "质量", 14, ()),
        ("实施交付部", "信息", 16, ()),
        ("市场部", "市场", 10, ()),
    ),
    *_company(
        "澄远制造",
        ("综合管理部", "行政", 6, ()),
        ("生产一部", "生产", 34, ("装配一班", "装配二班")),
        ("生产二部", "生产", 28, ()),
        ("质量部", "质量", 14, ()),
        ("设备部", "生产", 10, ()),
        ("采购部", "采购", 8, ()),
        ("物流部", "物流", 12, ()),
    ),
    *_company(
        "澄远商贸",
        ("综合管理部", "行政", 5, ()),
        ("销售一部", "销售", 22, ("华东组", "华南组")),
        ("销售二部", "销售", 18, ()),
        ("客户服务部", "客服", 14, ()),
        ("电商运营部", "市场", 12, ()),
    ),
)

SCHOOLS = (
    "江城理工大学 东海大学 望江大学 云岭师范大学 北原工业大学 华光科技大学 临湖学院 南屏财经大学 "
    "西陵交通大学 青溪大学 海晏大学 岭东农业大学 石头城政法大学 秦川电子科技大学"
).split()
COLLEGES = "江城职业技术学院 东海机电职业学院 临湖商贸职业学院 北原工程职业学院".split()
HIGH_SCHOOLS = "第一中学 第二中学 实验中学 育才中学 职业高级中学".split()
EMPLOYERS = (
    "远望信息技术有限公司 恒川机械有限公司 嘉禾食品有限公司 蓝桥软件有限公司 北辰电子有限公司 "
    "丰泽贸易有限公司 同舟物流有限公司 华岳建设有限公司 明德会计师事务所 清源环保科技有限公司 "
    "安捷供应链有限公司 星河广告有限公司 天衡律师事务所 宏图印务有限公司"
).split()
OUTSIDE_WORK = (
    "退休 务农 个体经营 小学教师 中学教师 医院护士 社区工作者 出租车司机 公司会计 工程师 "
    "在读小学 在读中学 在读大学 幼儿园"
).split()
BANKS = ("中国工商银行", "中国建设银行", "中国农业银行", "中国银行", "招商银行", "交通银行")
TRAININGS = (
    ("新员工入职培训", "人力资源部", 16),
    ("信息安全与保密意识", "信息技术部", 4),
    ("消防与安全生产", "集团办公室", 6),
    ("中层管理能力提升", "江城理工大学继续教育学院", 24),
    ("个人信息保护法解读", "法务部", 3),
    ("质量管理体系内审员", "华标认证培训中心", 16),
    ("项目管理实务", "人力资源部", 24),
)
REWARDS = ("年度优秀员工", "技术创新奖", "安全生产标兵", "优秀党员", "销售冠军", "十年服务奖")
