"""
Every code an import may give, and the sentence the clerk reads.

R: must be corrected. H: may be confirmed or answered on screen. W: a warning, the row goes in. F: the whole file.
"""

from typing import NamedTuple


class ReasonKind(NamedTuple):
    """One code: how serious it is, and its sentence with {column}, {detail} and {more}."""

    kind: str
    sentence: str


REASONS: dict[str, ReasonKind] = {
    code: ReasonKind(kind, text)
    for kind, code, text in [
        ("R", "ID_MISSING", "没有身份证号。可以补填，或选择原因按“无证件号”建档。"),
        ("R", "ID_BAD_LENGTH", "身份证号应为 18 位，现在是 {detail} 位。"),
        ("R", "ID_BAD_CHARS", "身份证号里有不该有的字符“{detail}”，请对照证件重新输入。"),
        ("R", "ID_BAD_CHECKSUM", "身份证号最后一位校验不通过，请对照证件重新输入。"),
        ("R", "ID_BAD_DATE", "身份证号里的出生日期不存在或晚于今天，请对照证件重新输入。"),
        ("R", "ID_BAD_AREA", "身份证号开头两位“{detail}”不是省份代码，请对照证件重新输入。"),
        ("R", "ID_PRECISION_LOST", "身份证号被存成数字，后几位已丢失。请把这一列设为文本，再对照证件输入。"),
        ("R", "NAME_MISSING", "没有姓名，请补填。"),
        ("R", "NAME_BAD_CHARS", "姓名里有“{detail}”，请按证件填写；少数民族姓名用“·”，两个人请分两行。"),
        ("R", "NAME_PUA", "姓名里有电脑造字（U+{detail}），请按证件重新录入。"),
        ("H", "NAME_SUSPECT", "“{detail}”像是代称，请确认是本人姓名。"),
        ("H", "NAME_DIFFERS", "档案姓名为“{detail}”，文件为“{more}”。请选择保留，或转变更申请。"),
        ("H", "SEX_MISMATCH", "性别与身份证号不一致，证件为{detail}。请核对。"),
        ("H", "BIRTH_MISMATCH", "出生日期与身份证号不一致，证件为 {detail}。可以改记为档案出生日期。"),
        ("R", "DATE_INVALID", "“{detail}”不是日期，请写成 1983、1983.10 或 1983.10.5。"),
        ("H", "DATE_AMBIGUOUS", "“{detail}”看不出是哪一天，请写成 1983.10 或 1983.10.5。"),
        ("R", "DATE_ORDER", "“{column}”早于开始的时间，请核对。"),
        ("R", "DATE_FUTURE", "日期“{detail}”晚于今天，请核对。"),
        ("H", "CATEGORY_UNKNOWN", "选项里没有“{detail}”。{more}"),
        ("R", "TEXT_TOO_LONG", "“{column}”超过 {detail} 个字，请缩短。"),
        ("R", "DUP_IN_FILE", "与第 {detail} 行是同一身份证号，请核对后删去一行。"),
        ("R", "DUP_CONFLICT", "与第 {detail} 行身份证号相同，但姓名或服务站不同，请核对。"),
        ("R", "ID_IN_OTHER_STATION", "此人由“{detail}”建档，请与该站联系办理迁移。"),
        ("R", "MATCH_CONFLICT", "档案号与身份证号指向两个人，请核对。"),
        ("H", "MATCH_AMBIGUOUS", "找到 {detail} 份可能的档案，请选择是不是同一人。"),
        ("R", "RECORD_CLOSED", "此人档案已去世、注销或迁出，不能由导入修改。"),
        ("R", "PLAQUE_DUP", "牌号“{detail}”已在用（{more}），请核对。"),
        ("R", "PLAQUE_STATUS_UNKNOWN", "看不懂状态“{detail}”，请写已悬挂、待悬挂、已发未挂、已更换、已取消收回等。"),
        ("R", "PLAQUE_HOUSEHOLD_HAS_ONE", "该户已有光荣牌（{detail}），一户只挂一块。"),
        ("R", "FORMULA_ERROR", "“{column}”是公式错误 {detail}，请改成实际内容。"),
        ("R", "FORMULA_NO_VALUE", "“{column}”的公式没有计算结果，请在 Excel 打开后另存再上传，或直接填内容。"),
        ("R", "AMOUNT_MISSING", "“{column}”没有填写金额。"),
        ("R", "AMOUNT_INVALID", "看不懂“{column}”的金额“{detail}”，请写成数字。"),
        ("R", "AMOUNT_NEGATIVE", "“{column}”的金额为负，请核对。"),
        ("R", "AMOUNT_ZERO", "“{column}”的金额为零，请核对。"),
        ("R", "AMOUNT_TOO_LARGE", "“{column}”的金额过大，请核对单位是元还是万元。"),
        ("R", "CONSTRAINT", "{detail}"),
        ("W", "ID_NORMALIZED", "身份证号已去掉空格和多余符号。"),
        ("W", "ID_UPGRADED_15", "15 位旧号已整理为 18 位，请核对。"),
        ("W", "NAME_NORMALIZED", "姓名已去掉空格或统一间隔点。"),
        ("W", "DATE_PARTIAL", "按 {detail} 理解，没有写明的月日不补。"),
        ("W", "DATE_2DIGIT_YEAR", "两位年份按 {detail} 理解。"),
        ("W", "DATE_FROM_SERIAL", "数字按日期 {detail} 理解。"),
        ("W", "DISCHARGE_IN_FUTURE", "退役时间 {detail} 还没有到。"),
        ("W", "BIRTH_TAKEN_FROM_ID", "出生日期取自身份证号。"),
        ("W", "SEX_TAKEN_FROM_ID", "性别取自身份证号。"),
        ("W", "STATION_UNKNOWN", "没有对上服务站“{detail}”，暂归本单位“待分站”。"),
        ("W", "CATEGORY_MISSING", "没有类别。"),
        ("W", "CODE_UNKNOWN", "“{column}”里没有“{detail}”这个选项，未保存。"),
        ("W", "SAME_NAME_AND_BIRTH", "与“{detail}”同名同生日，证号不同，已分别建档。"),
        ("W", "LOCKED_FIELD", "“{column}”影响待遇，没有直接改动，入库时转变更申请。"),
        ("W", "PLAQUE_NO_MISSING", "没有牌号。"),
        ("W", "PLAQUE_NOTE_DIFFERS", "备注或日期与状态“{detail}”不符，请核对。"),
        ("W", "PLAQUE_DIFFERS", "与现有光荣牌不同（{detail}），没有改动；请在光荣牌台账里办理。"),
        ("W", "PERSON_CREATED", "未建档，已建待补全档案。"),
        ("W", "PHONE_MULTIPLE", "有两个号码，已分别记录。"),
        ("W", "PHONE_INVALID", "号码“{detail}”看不懂，未保存。"),
        ("W", "AMOUNT_TEXT", "金额是文字，已换算。"),
        ("W", "AMOUNT_ROUNDED", "金额已四舍五入到分。"),
        ("W", "EXTERNAL_LINK", "数值来自别的文件，请核对。"),
        ("W", "FORMULA_LIKE_TEXT", "内容以符号开头，按文字保存。"),
        ("W", "HIDDEN_ROWS", "隐藏的行已一并读取。"),
        ("W", "HEADER_DUPLICATE", "有重复的列，只读了第一列。"),
        ("W", "ALREADY_IMPORTED", "这个文件已经导入过。"),
        ("F", "FILE_EMPTY", "文件是空的，请检查后重新上传。"),
        ("F", "FILE_TOO_LARGE", "文件超过 30 MB，请分成几个文件上传。"),
        ("F", "FILE_TOO_LARGE_UNCOMPRESSED", "文件解压后过大，请只保留台账内容后重新上传。"),
        ("F", "TOO_MANY_ROWS", "数据超过 50,000 行，请分批上传。"),
        ("F", "FILE_ENCRYPTED", "文件有密码，请去掉密码后重新上传。"),
        ("F", "FILE_CORRUPT", "文件损坏，打不开。请在 Excel 或 WPS 中打开后另存，再上传。"),
        ("F", "FILE_TYPE_MISMATCH", "这不是 Excel 文件，请另存为 .xlsx 后上传。"),
        ("F", "FILE_NO_DATA", "文件里没有数据。"),
        ("F", "HEADER_NOT_RECOGNISED", "没有找到“{detail}”列。请核对表头文字，或下载模板对照。"),
    ]
}


def sentence(code: str, *, column: str = "", detail: str = "", row: str = "") -> str:
    """Return the sentence of a code; a detail of two parts is split at the bar."""
    first, _, second = detail.partition("|")
    return REASONS[code].sentence.format(column=column, detail=first, more=second, row=row)
