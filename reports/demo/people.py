"""
Invented people, one ledger row each. Pure and repeatable: the same seed gives the same people.

They match nobody: sequence codes 996 to 999 are kept for centenarians, and numbers 100 5550 xxxx cannot ring.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from registry.codes import PROVINCES
from registry.rules.ids import id_check_digit

COLUMNS = (
    "姓名", "性别", "民族", "出生日期", "身份证号码", "人员类别", "所属服务站", "户籍类别", "户籍地", "现住址", "联系电话",
    "固定电话", "婚姻状况", "文化程度", "政治面貌", "就业状态", "工作单位", "入伍时间", "退役时间", "军种", "军衔", "部队代号",
    "安置方式", "退役证件号", "伤残等级", "伤残性质", "与军人关系", "户号", "户主", "村民组", "建档日期",
)  # fmt: skip
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任姚卢傅钟"
    "姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷龙黎史陶贺毛郝顾龚邵万覃武钱严莫孔向汤单解仇区查"
)
COMPOUND = ("欧阳", "上官", "司徒", "尉迟", "令狐")
FIRST = "建国永志文德明家国长春光宗兴正新天立水金玉少春世庆云海福成学维保祖广昌朝开仕先"
SECOND = "军平华强生林兵海义民山辉忠祥良根波涛田和松柏友贵清宏彬来培远安才全顺"
FEMALE = "秀兰英梅芳桂凤珍玲娟霞红素琴淑华云莲巧翠香菊萍雪月娥慧丽燕青"
RARE = "𠮷𤋮𣲘㛃玥镕喆淼頔翀"
OUTER = ("阿依努尔", "巴图尔", "其木格", "艾孜买提", "扎西次仁")
INNER = ("吐尔孙", "苏荣", "那日勒", "托合提", "达瓦尔")
MAINLAND = sorted(PROVINCES - {"71", "81", "82", "83"})
MALE_CODES, FEMALE_CODES = ("997", "999"), ("996", "998")
GROUPS = ("汉族",) * 24 + ("土家族", "苗族", "回族", "壮族", "满族", "侗族")
STREETS = ("荷塘路", "石桥街", "新井巷", "柳岸路", "青禾大道", "枫树坡", "长堤路", "南塘街")
BRANCHES = ("陆军",) * 7 + ("海军", "空军", "火箭军")
EDUCATION = ("小学", "初中", "初中", "高中", "大专", "本科")
WORK = ("务农", "务农", "退休", "企业职工", "个体户", "自由职业", "无业")
GRADES = "一二三四五六七八九十"
SURVIVORS = ("配偶", "父亲", "母亲", "子女")


class Kind(NamedTuple):
    """One way to be in the registry: category text, how often, the years of birth it fits, whether she served."""

    category: str
    weight: int
    first_year: int
    last_year: int
    served: bool = True


KINDS = (
    Kind("退役士兵", 46, 1955, 2001),
    Kind("年满60周岁农村籍退役士兵", 17, 1936, 1962),
    Kind("军队转业干部", 6, 1945, 1988),
    Kind("复员军人", 3, 1936, 1975),
    Kind("军队离退休干部和退休军士", 2, 1936, 1965),
    Kind("在乡复员军人", 1, 1936, 1938),
    Kind("带病回乡退役军人", 4, 1940, 1985),
    Kind("退役士兵、参战退役军人", 7, 1945, 1968),
    Kind("参试退役军人", 2, 1938, 1970),
    Kind("残疾军人", 4, 1940, 1998),
    Kind("烈士遗属", 1, 1936, 1980, served=False),
    Kind("病故军人遗属", 2, 1936, 1985, served=False),
    Kind("现役军人家属", 5, 1965, 1982, served=False),
)
WEIGHTS = [kind.weight for kind in KINDS]


class People:
    """A source of invented people; no two of them share an ID number."""

    def __init__(self, seed: int = 9901):
        self.random = Random(seed)
        self.used: set[str] = set()

    def rows(self, count: int, station: str, *, gaps: bool = True) -> Iterator[dict[str, str]]:
        """
        Yield `count` people as {column: text}; cells that say nothing are left out.

        station: as the ledger writes it; "" for people whose station is not known yet.
        gaps:    now and then a phone, an address or a number is missing, as in real ledgers.
        """
        for _ in range(count):
            yield self.row(station, gaps)

    def row(self, station: str, gaps: bool) -> dict[str, str]:
        chance, choice = self.random.random, self.random.choice
        kind = self.random.choices(KINDS, WEIGHTS)[0]
        is_woman = chance() < (0.05 if kind.served else 0.75)
        born = self.day(date(kind.first_year, 1, 1), date(kind.last_year, 12, 31))
        group = choice(GROUPS)
        row = {
            "姓名": self.name(is_woman),
            "性别": "女" if is_woman else "男",
            "民族": group,
            "身份证号码": self.id_number(born, is_woman),
            "出生日期": self.partial(born),
            "人员类别": kind.category,
            "所属服务站": station,
            "户籍类别": "农业" if "农村籍" in kind.category else choice(("农业", "非农业", "居民")),
            "户籍地": f"样例市{choice(STREETS)}{self.number(1, 199)}号",
            "现住址": f"{station or '样例市'}{choice(STREETS)}{self.number(1, 60)}号{self.number(101, 1804)}室",
            "联系电话": self.phone(),
            "婚姻状况": choice(("已婚", "已婚", "已婚", "丧偶", "未婚")),
            "文化程度": choice(EDUCATION),
            "政治面貌": choice(("中共党员", "群众", "群众")),
            "就业状态": choice(WORK) if born.year > 1965 else choice(("退休", "务农")),
            "建档日期": self.day(date(2019, 3, 1), date(2024, 12, 20)).isoformat(),
        }
        if kind.served:
            row |= self.service(born)
        row |= self.details(kind, row["姓名"])
        if chance() < 0.04:
            row["固定电话"] = f"0100-5550{self.number(100, 999)}"
        if gaps:
            self.leave_out(row, born)
        return row

    def name(self, is_woman: bool) -> str:
        chance, choice = self.random.random(), self.random.choice
        if chance < 0.002:
            return f"{choice(OUTER)}·{choice(INNER)}"
        surname = choice(COMPOUND) if chance < 0.01 else choice(SURNAMES)
        given = choice(FEMALE) if is_woman else choice(SECOND)
        if chance > 0.995:
            given = choice(RARE)
        return surname + (choice(FEMALE if is_woman else FIRST) if self.random.random() < 0.85 else "") + given

    def id_number(self, born: date, is_woman: bool) -> str:
        """Return a valid number that nobody has and no other row has."""
        codes = FEMALE_CODES if is_woman else MALE_CODES
        while True:
            county = f"{self.number(1, 14):02}{self.random.choice(('02', '03', '04', '05', '06', '21', '23', '25', '26', '81'))}"
            body = f"{self.random.choice(MAINLAND)}{county}{born:%Y%m%d}{self.random.choice(codes)}"
            if body not in self.used:
                self.used.add(body)
                return body + id_check_digit(body)

    def phone(self) -> str:
        return f"1005550{self.number(0, 9999):04}"

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.number(0, (last - first).days))

    def partial(self, day: date) -> str:
        """Return a date as ledgers write it: mostly in full, now and then month or year only."""
        chance = self.random.random()
        if chance < 0.6:
            return day.isoformat()
        if chance < 0.75:
            return f"{day:%Y.%m.%d}"
        if chance < 0.9:
            return f"{day.year}年{day.month}月"
        return f"{day:%Y-%m}" if chance < 0.98 else f"{day.year}"

    def service(self, born: date) -> dict[str, str]:
        enlisted = date(born.year + self.number(17, 20), self.random.choice((3, 9, 12)), 1)
        discharged = min(
            date(enlisted.year + self.number(2, 13), self.random.choice((4, 9, 11, 12)), 1), date(2024, 12, 1)
        )
        return {
            "入伍时间": f"{enlisted:%Y-%m}",
            "退役时间": self.random.choice(
                (f"{discharged:%Y-%m}", f"{discharged.year}年{discharged.month}月", f"{discharged.year}")
            ),
            "军种": self.random.choice(BRANCHES),
            "军衔": self.random.choice(("上等兵", "下士", "中士", "上士", "少尉")),
            "部队代号": f"样{self.number(10000, 99999)}部队",
            "安置方式": self.random.choice(("自主就业", "自主就业", "安排工作", "复员")),
            "退役证件号": f"样退{self.number(100000, 999999)}",
        }

    def details(self, kind: Kind, name: str) -> dict[str, str]:
        found = {}
        if kind.category == "残疾军人":
            nature = self.random.choice(("因战", "因公", "因病"))
            found |= {"伤残性质": nature, "伤残等级": f"{GRADES[self.number(0, 5 if nature == '因病' else 9)]}级"}
        if "遗属" in kind.category:
            found["与军人关系"] = self.random.choice(SURVIVORS)
        if self.random.random() < 0.15:
            found |= {"户号": f"H{self.number(1, 999999):06}", "户主": name, "村民组": f"{self.number(1, 12)}组"}
        if self.random.random() < 0.1:
            found["工作单位"] = (
                f"样例市{self.random.choice(STREETS)[:2]}{self.random.choice(('农机站', '供水公司', '小学', '机械厂'))}"
            )
        return found

    def leave_out(self, row: dict[str, str], born: date) -> None:
        """Take cells away as real ledgers lack them."""
        for column, share in (("联系电话", 0.05), ("现住址", 0.06), ("户籍地", 0.2), ("退役时间", 0.02), ("民族", 0.1)):
            if column in row and self.random.random() < share:
                del row[column]
        if self.random.random() < 0.004:
            del row["身份证号码"]
            row["出生日期"] = f"{born:%Y-%m}"
