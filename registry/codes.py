"""
Code lists of national standards: stored code → label. Old ledgers write the label or a short form of it.

Sources: GB/T 2261.1 (sex), 2261.2 (marital), 2261.4 (employment), 3304 (ethnic groups), 4658 (education),
4762 (political), GB/T 2260 (provinces).
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

SEX = {"M": "男", "F": "女", "U": "未说明"}
_GROUPS = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
]
ETHNICITY = {f"{number:02}": f"{name}族" for number, name in enumerate(_GROUPS, 1)} | {"97": "其他", "98": "外国血统"}
MARITAL = {
    "10": "未婚",
    "20": "已婚",
    "21": "初婚",
    "22": "再婚",
    "23": "复婚",
    "30": "丧偶",
    "40": "离婚",
    "90": "未说明",
}
EDUCATION = {
    "10": "研究生",
    "20": "大学本科",
    "30": "大学专科",
    "40": "中等职业",
    "60": "普通高中",
    "70": "初中",
    "80": "小学",
    "90": "其他",
}
POLITICAL = {
    "01": "中共党员",
    "02": "预备党员",
    "03": "共青团员",
    "04": "民革党员",
    "05": "民盟盟员",
    "06": "民建会员",
    "07": "民进会员",
    "08": "农工党党员",
    "09": "致公党党员",
    "10": "九三学社社员",
    "11": "台盟盟员",
    "12": "无党派人士",
    "13": "群众",
}
EMPLOYMENT = {
    "11": "国家公务员",
    "13": "专业技术人员",
    "17": "职员",
    "21": "企业管理人员",
    "24": "工人",
    "27": "农民",
    "31": "学生",
    "37": "现役军人",
    "51": "自由职业者",
    "54": "个体经营者",
    "70": "无业人员",
    "80": "退（离）休人员",
    "90": "其他",
}
HUKOU_TYPE = {"RURAL": "农业", "URBAN": "非农业", "UNIFIED": "居民"}
EXIT_WAY = {
    "RETIRED": "退休",
    "TRANSFER": "转业",
    "PENSION": "逐月领取退役金",
    "SELF": "自主择业",
    "DEMOB": "复员",
    "OWN_JOB": "自主就业",
    "ASSIGNED": "安排工作",
    "SUPPORT": "供养",
}
SERVICE_KIND = {
    "CONSCRIPT": "义务兵",
    "NCO": "军士（士官）",
    "OFFICER": "军官",
    "STAFF": "无军籍职工",
    "MILITIA": "民兵民工",
}
NO_ID_REASON = {"NOT_ISSUED": "未办证", "TO_FIND": "待查", "SERVING": "现役未提供"}
INJURY_NATURE = {"WAR": "因战", "DUTY": "因公", "ILLNESS": "因病"}
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
PLAQUE_PLACE = {"DOOR": "大门", "ROOM": "客厅"}

# list name → {short or old form: code}
_SHORT = {
    "ETHNICITY": {name: f"{number:02}" for number, name in enumerate(_GROUPS, 1)}
    | {"傈傈": "20", "傈傈族": "20", "达翰尔": "31", "达翰尔族": "31", "毛难": "36", "毛难族": "36", "崩龙": "46", "崩龙族": "46"},
    "MARITAL": {"结婚": "20", "有配偶": "20", "丧": "30", "离异": "40", "单身": "10"},
    "EDUCATION": {
        "硕士": "10", "博士": "10", "硕士研究生": "10", "博士研究生": "10", "本科": "20", "大学": "20", "大专": "30", "专科": "30",
        "中专": "40", "技校": "40", "职高": "40", "中技": "40", "中职": "40", "高中": "60", "初级中学": "70", "文盲": "90", "半文盲": "90",
    },
    "POLITICAL": {"党员": "01", "中共": "01", "共产党员": "01", "中共预备党员": "02", "团员": "03", "无党派": "12", "无党派民主人士": "12",
                  "普通群众": "13", "民众": "13"},
    "EMPLOYMENT": {"公务员": "11", "务农": "27", "农业": "27", "在家务农": "27", "自由职业": "51", "灵活就业": "51", "个体": "54",
                   "个体户": "54", "经商": "54", "无业": "70", "失业": "70", "待业": "70", "未就业": "70", "退休": "80", "离休": "80",
                   "退休人员": "80", "离退休": "80", "务工": "24", "打工": "24", "在岗": "17", "企业职工": "17", "学生": "31"},
    "HUKOU_TYPE": {"农业户口": "RURAL", "农村": "RURAL", "农村户口": "RURAL", "非农": "URBAN", "非农业户口": "URBAN", "城镇": "URBAN",
                   "城镇户口": "URBAN", "城市": "URBAN", "居民户口": "UNIFIED", "居民家庭户口": "UNIFIED", "家庭户": "UNIFIED"},
    "EXIT_WAY": {"离休": "RETIRED", "军休": "RETIRED", "自主就业安置": "OWN_JOB", "政府安排工作": "ASSIGNED", "安置工作": "ASSIGNED",
                 "安排工作安置": "ASSIGNED", "逐月": "PENSION", "计划分配": "TRANSFER", "复员安置": "DEMOB"},
    "INJURY_NATURE": {"战": "WAR", "公": "DUTY", "病": "ILLNESS"},
    "PLAQUE_PLACE": {"门口": "DOOR", "大门口": "DOOR", "门上": "DOOR", "门头": "DOOR", "门框": "DOOR", "正门": "DOOR",
                     "入户门": "DOOR", "室内": "ROOM", "屋内": "ROOM", "堂屋": "ROOM", "客厅内": "ROOM"},
}  # fmt: skip
_LISTS = {
    "ETHNICITY": ETHNICITY,
    "MARITAL": MARITAL,
    "EDUCATION": EDUCATION,
    "POLITICAL": POLITICAL,
    "EMPLOYMENT": EMPLOYMENT,
    "HUKOU_TYPE": HUKOU_TYPE,
    "EXIT_WAY": EXIT_WAY,
    "INJURY_NATURE": INJURY_NATURE,
    "PLAQUE_PLACE": PLAQUE_PLACE,
}
_NAME_OF = {id(table): name for name, table in _LISTS.items()}


def code_for(table: Mapping[str, str], text: str) -> str | None:
    """Return the code of a label, a short form or the code itself, as old ledgers write it; None if unknown."""
    return _spellings(_NAME_OF[id(table)]).get(_squeezed(text))


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(16)
def _spellings(name: str) -> dict[str, str]:
    table = _LISTS[name]
    found = dict(_SHORT.get(name, {}))
    for code, label in table.items():
        found |= {_squeezed(label): code, code: code}
    return found
