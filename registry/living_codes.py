"""Code lists without a national standard: what the collection forms of the field offer. Stored codes, Chinese labels."""

AWARD_KIND = {
    "MEDAL": "勋章",
    "TITLE": "荣誉称号",
    "FIRST": "一等功",
    "SECOND": "二等功",
    "THIRD": "三等功",
    "PRAISE": "嘉奖",
    "SOLDIER": "优秀士兵",
    "OTHER": "其他",
}
RELATION = {
    "SELF": "本人",
    "SPOUSE": "配偶",
    "FATHER": "父",
    "MOTHER": "母",
    "SON": "子",
    "DAUGHTER": "女",
    "SIBLING": "兄弟姐妹",
    "GUARDIAN": "抚养人",
    "OTHER": "其他",
}
MEDICAL = {"EMPLOYEE": "职工医保", "RESIDENT": "城乡居民医保", "PUBLIC": "公费医疗", "NONE": "未参保"}
PENSION = {
    "EMPLOYEE": "职工养老保险",
    "RESIDENT": "城乡居民养老保险",
    "RETIRED": "机关事业单位养老保险",
    "NONE": "未参保",
}
HOUSING = {"OWN": "自有住房", "PUBLIC": "公租房", "RENT": "租房", "RELATIVE": "借住", "NONE": "无住房"}
LABOUR = {"FULL": "有劳动能力", "PART": "部分丧失", "NONE": "完全丧失"}
SELF_CARE = {"FULL": "能自理", "PART": "部分自理", "NONE": "不能自理"}
HARDSHIPS = {
    "ILLNESS": "本人或家属患病",
    "DISABILITY": "残疾",
    "HOUSING": "住房困难",
    "JOB": "就业困难",
    "SCHOOL": "子女就学困难",
    "DISASTER": "遭遇灾害或意外",
    "OTHER": "其他",
}
DOCUMENT_KIND = {
    "ID_CARD": "身份证",
    "BOOK": "户口簿",
    "DISCHARGE": "退役证",
    "DISABILITY": "残疾证",
    "MARTYR": "烈士等证明书",
    "AWARD": "立功证书",
    "DEATH": "死亡证明",
    "FORM": "申请表",
    "PHOTO": "照片",
    "PROXY": "委托书",
    "OTHER": "其他",
}
NEED = {
    "LIVING": "生活",
    "MEDICAL": "医疗",
    "HOUSING": "住房",
    "JOB": "就业",
    "SCHOOL": "就学",
    "OTHER": "其他",
}
DEATH_CAUSE = {
    "ILLNESS": "疾病",
    "OLD_WOUND": "旧伤复发",
    "DUTY": "因公",
    "OTHER": "其他",
    "UNKNOWN": "不详",
}
INJURY_SIDE = {"HOME": "在乡", "JOB": "在职"}
CARE = {"HOME": "分散供养", "COLLECTIVE": "集中供养"}
FALLEN_KIND = {"MARTYR": "烈士", "DUTY": "因公牺牲军人", "ILLNESS": "病故军人"}
# the wars and tests of which taking part is recognised, as provincial systems list them
WAR = {
    "01": "一江山岛作战",
    "02": "平叛作战",
    "03": "炮击金门",
    "04": "中缅边境勘界警卫作战",
    "05": "中印边境自卫反击作战",
    "06": "八·六海战",
    "07": "崇武以东海战",
    "08": "援越抗美",
    "09": "援老抗美",
    "10": "珍宝岛自卫反击作战",
    "11": "西沙自卫反击作战",
    "12": "对越自卫反击作战",
    "13": "老山、者阴山对越防御作战",
    "14": "南沙海战",
    "15": "其他作战",
}
# what a survivor is to the soldier; the first four may ask for a plaque
SURVIVOR_RELATION = {
    "PARENT": "父母",
    "GUARDIAN": "抚养人",
    "SPOUSE": "配偶",
    "CHILD": "子女",
    "SIBLING": "兄弟姐妹",
    "OTHER": "其他",
}
