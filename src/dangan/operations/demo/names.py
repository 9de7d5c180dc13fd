"""Chinese names as common as in life, and places with their division codes. Pure.

Surname weights follow the share of the population (per mille) in the Ministry of
Public Security's yearly name reports, rounded; given names follow fashions of the
decade of birth.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_SURNAMES = """
王72 李71 张68 刘54 陈46 杨31 黄25 赵23 吴21 周21 徐16 孙15 马13 朱13 胡13 郭12 何12 林11 高11 罗10
郑9 梁9 谢8 宋8 唐8 许7 韩7 邓7 冯7 曹7 彭7 曾6 肖6 田6 董6 潘6 袁6 蔡5 蒋5 余5
于5 杜5 叶5 程5 魏5 苏5 吕5 丁4 任4 卢4 姚4 沈4 钟4 姜4 崔4 谭4 陆4 范3 汪3 廖3
石3 金3 韦3 贾3 夏3 付3 方3 邹3 熊3 白3 孟2 秦2 邱2 侯2 江2 尹2 薛2 闫2 段2 雷2
龙2 黎2 史2 陶2 贺2 毛2 郝2 顾2 龚2 邵2 万2 覃2 武2 钱2 戴2 严2 莫2 孔2 向2 常2
欧阳1 上官1 诸葛1 司马1 慕容1 仇1 单1 解1 查1 尉迟1
""".split()
SURNAMES = tuple("".join(c for c in s if not c.isdigit()) for s in _SURNAMES)
_SURNAME_STEPS = tuple(accumulate(int("".join(c for c in s if c.isdigit())) for s in _SURNAMES))

_MALE = {
    1960: "建国 建军 国强 志强 建平 卫东 永强 志明 国庆 建华 保国 德胜 文彬 学军 爱民 新民 海生 长江 福生 振华",
    1970: "伟 强 军 勇 涛 斌 志刚 建峰 海涛 永刚 晓东 国华 卫国 向东 立新 文斌 学文 庆华 洪波 玉林",
    1980: "磊 鹏 超 杰 刚 鑫 飞 波 宁 凯 晓明 志远 海波 文杰 俊峰 建伟 少华 立伟 宏伟 彦辉",
    1990: "浩 俊杰 宇航 嘉豪 子豪 天宇 博文 志豪 泽宇 明轩 家伟 鹏飞 文博 逸飞 一鸣 晨阳 旭东 子健 思远 景行",
    2000: "子轩 浩然 宇轩 俊熙 梓豪 奕辰 沐宸 锦程 嘉懿 煜城 弘文 承泽 睿渊 修远 予安 砚清 知远 云舟 一诺 星野",
}
_FEMALE = {
    1960: "秀英 桂英 玉兰 秀兰 凤英 玉梅 淑珍 建华 桂兰 红梅 爱华 秋菊 春梅 月娥 淑芬 惠珍 素芳 翠萍 金凤 兰英",
    1970: "丽 敏 艳 红 霞 燕 梅 玲 萍 芳 海燕 晓红 春燕 丽华 雪梅 秀丽 文静 爱玲 晓燕 慧敏",
    1980: "静 娟 婷 娜 丹 莉 倩 颖 晶 洁 晓丽 婷婷 丽娟 雅琴 海霞 佳慧 晓琳 艳丽 文娟 思敏",
    1990: "雨晴 思琪 佳怡 梦洁 雪莹 欣怡 诗雨 晓彤 雅静 梦瑶 嘉欣 佳琪 一帆 心怡 婧怡 若曦 雨桐 书瑶 清妍 晗玥",
    2000: "梓涵 诗涵 雨萱 子萱 欣妍 语桐 可馨 梦琪 沐瑶 芷若 言蹊 知夏 念慈 书窈 映雪 疏桐 清欢 南乔 予希 安禾",
}
_MALE_BY_DECADE = {decade: names.split() for decade, names in _MALE.items()}
_FEMALE_BY_DECADE = {decade: names.split() for decade, names in _FEMALE.items()}
_FIRST = "文志国明建海永家宏立世德学春晓子思嘉雨天"
_MALE_SECOND = "强军勇伟峰林辉涛斌鹏飞龙波宁毅松岩坤鸣诚川舟恒泽"
_FEMALE_SECOND = "芳敏静丽红艳燕玲娟婷雪琳倩颖洁慧莹瑶晴妍岚薇竹荷"


def surname(random: Random) -> str:
    return random.choices(SURNAMES, cum_weights=_SURNAME_STEPS)[0]


def given_name(random: Random, *, male: bool, birth_year: int) -> str:
    """A given name of the birth decade: three in four from its fashion, the rest composed."""
    if random.random() < 0.25:
        return random.choice(_FIRST) + random.choice(_MALE_SECOND if male else _FEMALE_SECOND)
    decade = min(2000, max(1960, birth_year // 10 * 10))
    return random.choice((_MALE_BY_DECADE if male else _FEMALE_BY_DECADE)[decade])


REGIONS: tuple[tuple[str, str, str], ...] = tuple(
    (code, province, county)
    for code, province, county in (
        line.split()
        for line in """
110105 北京市 朝阳区|110108 北京市 海淀区|120103 天津市 河西区|130102 河北省 石家庄市长安区
130203 河北省 唐山市路北区|140105 山西省 太原市小店区|150102 内蒙古自治区 呼和浩特市新城区
210102 辽宁省 沈阳市和平区|210203 辽宁省 大连市西岗区|220102 吉林省 长春市南关区
230102 黑龙江省 哈尔滨市道里区|310101 上海市 黄浦区|310104 上海市 徐汇区|310107 上海市 普陀区
310112 上海市 闵行区|320102 江苏省 南京市玄武区|320106 江苏省 南京市鼓楼区
320205 江苏省 无锡市锡山区|320402 江苏省 常州市天宁区|320583 江苏省 昆山市
320602 江苏省 南通市崇川区|330102 浙江省 杭州市上城区|330106 浙江省 杭州市西湖区
330203 浙江省 宁波市海曙区|330302 浙江省 温州市鹿城区|330402 浙江省 嘉兴市南湖区
330602 浙江省 绍兴市越城区|330782 浙江省 义乌市|340102 安徽省 合肥市瑶海区
340104 安徽省 合肥市蜀山区|340202 安徽省 芜湖市镜湖区|340802 安徽省 安庆市迎江区
350102 福建省 福州市鼓楼区|350203 福建省 厦门市思明区|350582 福建省 晋江市
360102 江西省 南昌市东湖区|360702 江西省 赣州市章贡区|370102 山东省 济南市历下区
370202 山东省 青岛市市南区|370602 山东省 烟台市芝罘区|370881 山东省 曲阜市
410102 河南省 郑州市中原区|410302 河南省 洛阳市老城区|411302 河南省 南阳市宛城区
420102 湖北省 武汉市江岸区|420106 湖北省 武汉市武昌区|420502 湖北省 宜昌市西陵区
430102 湖南省 长沙市芙蓉区|430104 湖南省 长沙市岳麓区|430202 湖南省 株洲市荷塘区
440104 广东省 广州市越秀区|440106 广东省 广州市天河区|440305 广东省 深圳市南山区
440402 广东省 珠海市香洲区|440604 广东省 佛山市禅城区|450102 广西壮族自治区 南宁市兴宁区
450302 广西壮族自治区 桂林市秀峰区|500103 重庆市 渝中区|500112 重庆市 渝北区
510104 四川省 成都市锦江区|510107 四川省 成都市武侯区|510703 四川省 绵阳市涪城区
520102 贵州省 贵阳市南明区|530102 云南省 昆明市五华区|610102 陕西省 西安市新城区
610113 陕西省 西安市雁塔区|620102 甘肃省 兰州市城关区|640104 宁夏回族自治区 银川市兴庆区
""".replace("\n", "|").split("|")
        if line
    )
)
"""County-level divisions: GB/T 2260 code, province, city and county."""

STREETS = (
    "人民路 解放路 中山路 建设路 新华路 文化路 和平路 胜利路 学府路 滨河路 长安街 青年路 "
    "湖滨路 香樟路 梧桐路 玉兰路 海棠路 丹枫路 望江路 凤凰路"
).split()
ESTATES = (
    "翠苑 书香苑 锦绣园 清水湾 云栖里 春晓花园 枫林雅苑 江南里 兰亭居 望湖花园 桂语里 悦府".split()
)


def id_number(region: str, birth: str, sequence: int, *, male: bool) -> str:
    """A citizen identity number with its check digit (GB 11643-1999).

    ``birth`` is ISO; ``sequence`` counts people of one region, day and sex from 0. The
    order codes taken (900 to 999) are those that the offices hardly ever give out.
    """
    order = 900 + (2 * sequence + (1 if male else 0)) % 100
    body = f"{region}{birth.replace('-', '')}{order:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]
