"""
One definition of the people ledger, used by import, template and export.

A field's headers are what real ledgers call it (normal form: no blanks, no trailing brackets). The first is ours.
"""

import re
from typing import NamedTuple

# Columns of old ledgers that watch people instead of serving them are not read at all.
NEVER_READ = re.compile(r"信访|上访|稳控|维稳|重点人|思想(状况|动态)|风险|管控|非访")


class Field(NamedTuple):
    """One field of the ledger as an importer sees it."""

    key: str
    headers: tuple[str, ...]
    how: str  # which reading of normalizing.READERS applies
    limit: int = 0  # characters that fit
    required: bool = False
    many: bool = False  # two columns may both be read (人员类别 and 优抚类别)

    @property
    def label(self) -> str:
        return self.headers[0]


def field(key, headers, how="text", limit=0, **more) -> Field:
    return Field(key, tuple(headers.split()), how, limit, **more)


PEOPLE_FIELDS = [
    field("ref", "档案号", "ref"),
    field("name", "姓名 人员姓名 对象姓名 用户姓名 退役军人姓名 优抚对象姓名", "name", 50, required=True),
    field("former_name", "曾用名", "text", 50),
    field(
        "id_number",
        "身份证号码 身份证号 身份证 身份证件号码 公民身份号码 公民身份证号 公民身份证号码 居民身份证号 居民身份证号码"
        " 居民身份证 证件号码 证件号",
        "id",
    ),
    field("sex", "性别", "sex"),
    field("ethnicity", "民族", "code"),
    field("born", "出生日期 出生年月 出生年月日 出生时间", "date"),
    field("archive_born", "档案出生日期 档案出生年月", "date"),
    field("category", "人员类别 人员类型 对象类别 优抚类别 优抚对象类别 身份类别 类别", "category", many=True),
    field(
        "station",
        "所属服务站 所属站 服务站 所属社区 社区 村社区 村 所在村 所属村 信息采集单位 村居 所在社区 村名",
        "station",
    ),
    field("town", "乡镇 镇街 街道 乡镇街道 所属乡镇 所属街道 所属镇街", "town"),
    field("phone", "联系电话 手机号码 手机号 手机 电话 电话号码 联系方式", "phone"),
    field("phone_alt", "固定电话 备用电话 家庭电话", "phone_alt"),
    field("address", "现住址 家庭住址 现居住地址 现居住地 实际居住地址 居住地址 住址 详细地址 通讯地址", "text", 200),
    field("hukou_place", "户籍地 户籍地址 户籍所在地 户口所在地 户口簿住址", "text", 200),
    field("hukou_type", "户籍类别 户口类别 户口类型 户籍性质", "code"),
    field("enlisted", "入伍时间 入伍日期 入伍年月 参军时间", "date"),
    field(
        "discharged",
        "退役时间 退伍时间 退役日期 退伍日期 退役年月 退伍年月 退役或离退休时间 转业时间 复员时间",
        "date",
    ),
    field("branch", "军种 兵种 军兵种", "text", 20),
    field("rank", "军衔 军衔级别", "text", 20),
    field("unit_code", "部队代号 部队番号 服役部队代号 原部别", "text", 40),
    field("exit_way", "安置方式 退役方式 退出现役方式", "code"),
    field("service_certificate_no", "退役证件号 退役证件号码 退役证编号 退伍证号", "plain", 40),
    field("resettle_province", "安置地/省", "text", 20),
    field("resettle_county", "安置地/区县 安置地/县", "text", 40),
    field("enlist_place", "入伍地", "text", 80),
    field("enlist_province", "入伍地/省", "part", 20),
    field("enlist_city", "入伍地/市", "part", 20),
    field("enlist_county", "入伍地/区县 入伍地/县", "part", 40),
    field("certificate_no", "优抚证书编号 证书编号 残疾证号", "plain", 40),
    field("injury_grade", "伤残等级 残疾等级", "grade"),
    field("injury_nature", "伤残性质 残疾性质", "code"),
    field("conscript_years", "折算年限", "years"),
    field("relation", "与军人关系 与烈士关系 与军人烈士关系", "text", 10),
    field("book_no", "户号 户口簿号", "plain", 40),
    field("head_name", "户主", "text", 50),
    field("group_name", "村民组 网格", "text", 30),
    field("political", "政治面貌", "code"),
    field("education", "文化程度 学历", "code"),
    field("marital", "婚姻状况", "code"),
    field("employment", "就业状态 就业情况 从业状况", "code"),
    field("workplace", "工作单位 现工作单位", "text", 80),
    field("registered_on", "建档日期", "day"),
    field("plaque_hung", "是否悬挂光荣牌 是否悬挂 是否挂牌", "yes_no"),
    field("plaque_date", "悬挂时间 悬挂光荣牌时间 挂牌时间", "date"),
    field("plaque_address", "悬挂地址", "text", 200),
    field("amount", "金额 发放金额 补助金额 实发金额", "money"),
    field("month_standard", "月标准 补助标准 月补助标准", "money_part"),
    field("months", "月数 发放月数", "money_part"),
    field("back_pay", "提标补发 补发金额", "money_part"),
    field("bank_account", "开户银行账号 银行账号 银行帐号 银行卡号", "account"),
    field("bank_name", "开户银行 开户行", "text", 60),
    field("note", "备注", "text", 500),
]
BY_KEY = {item.key: item for item in PEOPLE_FIELDS}

# Money and bank columns: read and checked, so that the clerk sees what is wrong, but not stored in the registry.
COMPANIONS = ("amount", "month_standard", "months", "back_pay", "bank_account", "bank_name")
# Without both of these a sheet is not a people ledger; 档案号 may stand for the ID number.
REQUIRED_ANY = [{"name"}, {"id_number", "ref"}]

FILL = ("former_name", "archive_born", "ethnicity", "marital", "education", "political")
UPDATE = ("phone", "phone_alt", "address", "hukou_place", "hukou_type", "employment", "workplace", "note")
SERVICE_KEYS = {
    "enlisted": "enlisted",
    "discharged": "discharged",
    "branch": "branch",
    "rank": "rank",
    "unit_code": "unit_code",
    "exit_way": "exit_way",
    "service_certificate_no": "certificate_no",
    "resettle_province": "resettle_province",
    "resettle_county": "resettle_county",
    "enlist_place": "enlist_place",
}
# Facts that start or raise money: no import or form writes them once a benefit identity is confirmed.
LOCKED = ("name", "id_number", "born", "hukou_type", "enlisted", "discharged", "conscript_years")


class ExportColumn(NamedTuple):
    """One column of the people ledger as it is written."""

    key: str
    label: str
    width: int
    export_only: bool = False  # the importer does not own it: coming back, it is not read


PEOPLE_EXPORT = [
    ExportColumn("ref", "档案号", 14),
    ExportColumn("name", "姓名", 10),
    ExportColumn("former_name", "曾用名", 10),
    ExportColumn("sex", "性别", 6),
    ExportColumn("ethnicity", "民族", 8),
    ExportColumn("born", "出生日期", 12),
    ExportColumn("id_number", "身份证号码", 21),
    ExportColumn("category", "人员类别", 24),
    ExportColumn("station", "所属服务站", 20),
    ExportColumn("hukou_type", "户籍类别", 10),
    ExportColumn("hukou_place", "户籍地", 30),
    ExportColumn("address", "现住址", 30),
    ExportColumn("phone", "联系电话", 14),
    ExportColumn("phone_alt", "固定电话", 14),
    ExportColumn("marital", "婚姻状况", 10),
    ExportColumn("education", "文化程度", 12),
    ExportColumn("political", "政治面貌", 12),
    ExportColumn("employment", "就业状态", 12),
    ExportColumn("workplace", "工作单位", 20),
    ExportColumn("enlisted", "入伍时间", 12),
    ExportColumn("discharged", "退役时间", 12),
    ExportColumn("branch", "军种", 10),
    ExportColumn("rank", "军衔", 10),
    ExportColumn("unit_code", "部队代号", 14),
    ExportColumn("exit_way", "安置方式", 14),
    ExportColumn("service_certificate_no", "退役证件号", 16),
    ExportColumn("plaque_hung", "是否悬挂光荣牌", 10),
    ExportColumn("plaque_date", "悬挂时间", 12),
    ExportColumn("registered_on", "建档日期", 12),
    ExportColumn("status", "状态", 8, export_only=True),
]
SHARED_EXPORT = {column.key: column for column in (
    *PEOPLE_EXPORT, ExportColumn("group_name", "村民组", 12), ExportColumn("book_no", "户号", 12), ExportColumn("head_name", "户主", 10),
)}  # fmt: skip


def shared(*keys: str) -> list[ExportColumn]:
    """Return columns that several ledgers write alike."""
    return [SHARED_EXPORT[key] for key in keys]
