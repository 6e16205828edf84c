"""
The national categories and what old ledgers call them: rows of a table, loaded by registry.catalog.

Sources: 《军人抚恤优待条例》(2024), 《退役军人保障法》(2020), 《退役军人安置条例》(2024), the annual notices on standards,
《烈士、因公牺牲军人、病故军人等家庭悬挂光荣牌工作实施办法》 for the plaque basis.
"""

from typing import NamedTuple


class CategoryRow(NamedTuple):
    code: str
    label: str
    kind: str
    detail: str
    plaque: str
    citation: str
    aliases: tuple[str, ...]


LAW = "退役军人保障法第二条"
PENSIONS = "军人抚恤优待条例第二条"
NOTICE = "优抚对象等人员抚恤和生活补助标准的年度通知"


def row(code, label, kind, detail, plaque, citation, aliases="") -> CategoryRow:
    return CategoryRow(code, label, kind, detail, plaque, citation, tuple(aliases.split()))


CATEGORIES = [
    row("V00", "退役军人（待细分）", "VETERAN", "NONE", "AUTO", LAW, "退役军人 退伍军人 退役军人(待细分)"),
    row("V01", "军队转业干部", "VETERAN", "NONE", "AUTO", LAW,
        "军转干部 转业干部 自主择业干部 自主择业军转干部 计划分配军转干部 企业军转干部"),
    row("V02", "退役士兵", "VETERAN", "NONE", "AUTO", LAW,
        "退伍士兵 退役义务兵 转业士官 退役士官 退役军士 自主就业退役士兵 复员士官 退伍义务兵"),
    row("V03", "军队离退休干部和退休军士", "VETERAN", "NONE", "AUTO", LAW,
        "军休干部 军队离退休干部 退休士官 军队离退休干部和退休士官 退休军士"),
    row("V04", "军队无军籍离退休退职职工", "VETERAN", "NONE", "NONE", "军队无军籍退休退职职工移交安置规定", "无军籍职工"),
    row("V05", "复员军人", "VETERAN", "NONE", "AUTO", LAW, "复员干部"),
    row("V06", "逐月领取退役金退役军人", "VETERAN", "NONE", "AUTO", "退役军人安置条例第四章", "逐月领取退役金人员 逐月领取退役金"),
    row("11", "残疾军人", "BENEFIT", "DISABILITY", "AUTO", "军人抚恤优待条例第二十五条至第二十七条", "伤残军人"),
    row("12", "其他因公伤残人员", "BENEFIT", "DISABILITY", "NONE", NOTICE, "伤残国家机关工作人员 因战因公伤残人员 15"),
    row("13", "伤残人民警察", "BENEFIT", "DISABILITY", "NONE", NOTICE),
    row("14", "伤残预备役人员和民兵民工", "BENEFIT", "DISABILITY", "NONE", NOTICE, "伤残民兵民工"),
    row("21", "烈士遗属", "BENEFIT", "SURVIVOR", "APPLY", "军人抚恤优待条例第十九条", "烈属 烈士家属"),
    row("22", "因公牺牲军人遗属", "BENEFIT", "SURVIVOR", "APPLY", "军人抚恤优待条例第十九条", "因公牺牲军人家属"),
    row("23", "病故军人遗属", "BENEFIT", "SURVIVOR", "APPLY", "军人抚恤优待条例第十九条", "病故军人家属"),
    row("B1", "部分烈士子女", "BENEFIT", "SURVIVOR", "APPLY", NOTICE,
        "烈士老年子女 部分烈士子女(含错杀后被平反人员子女) 年满60周岁的烈士子女"),
    row("31", "在乡退伍红军老战士", "BENEFIT", "NONE", "AUTO", NOTICE, "退伍红军老战士"),
    row("32", "在乡西路军红军老战士", "BENEFIT", "NONE", "AUTO", NOTICE),
    row("33", "红军失散人员", "BENEFIT", "NONE", "AUTO", NOTICE),
    row("41", "在乡复员军人", "BENEFIT", "NONE", "AUTO", "军人抚恤优待条例第五十三条", "在乡老复员军人"),
    row("42", "带病回乡退役军人", "BENEFIT", "NONE", "AUTO", "军人抚恤优待条例第五十三条", "带病回乡退伍军人 带病回乡"),
    row("51", "参战退役军人", "BENEFIT", "WAR", "AUTO", PENSIONS, "参战退役人员 参战人员"),
    row("61", "参试退役军人", "BENEFIT", "WAR", "AUTO", PENSIONS,
        "参试退役人员 参试(涉核)退役人员 参试涉核退役人员 原8023部队退役人员"),
    row("81", "年满60周岁农村籍退役士兵", "BENEFIT", "RURAL", "AUTO", NOTICE,
        "60周岁以上农村籍退役士兵 60岁以上农村籍退役士兵 60岁以上农村籍老义务兵 农村籍退役士兵"),
    row("F1", "现役军人家属", "FAMILY", "NONE", "AUTO", PENSIONS, "现役军属 义务兵家属 义务兵家庭"),
]  # fmt: skip

# Spellings that could mean several things: refused, with what to write instead.
REFUSED = {
    "军属": "请写“现役军人家属”，或具体的遗属类别。",
    "三属": "请写“烈士遗属”“因公牺牲军人遗属”或“病故军人遗属”。",
    "两参人员": "请分清参战、参试。",
    "优抚对象": "请写具体的优抚类别。",
    "其他优抚": "请写具体的优抚类别。",
    "其他": "请写具体的类别。",
}

# Day from which plaques are hung; a household whose only basis died before has none. Local practice differs, so a
# district may set its own in the settings of the deployment.
PLAQUES_SINCE = "2018-07-29"
PLAQUES_CITATION = "国办发〔2018〕72号，2018年7月29日施行"
