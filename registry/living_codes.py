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
