"""
One definition of the plaque ledger, used by import, template and export.

Keys that the people ledger has too mean the same there; what is said otherwise here has a key of its own.
"""

from registry.ledgers import PEOPLE_FIELDS as PEOPLE
from registry.ledgers import ExportColumn, field, shared

SHARED = {item.key: item for item in PEOPLE}

PLAQUE_FIELDS = [
    SHARED["ref"],
    field("plaque_no", "光荣牌编号 牌号 编号 光荣牌号 牌匾编号", "plain", 20),
    field("holder", "户主 挂牌对象 姓名 持牌人 户主姓名 挂牌对象姓名", "name", 50, required=True),
    SHARED["book_no"],
    SHARED["id_number"],
    field("relation", "与军人关系 关系 与烈士关系 与军人烈士关系", "text", 10),
    field("bases", "悬挂依据 人员类别 优抚类别 类别", "bases", many=True),
    SHARED["station"],
    SHARED["town"],
    field("home_address", "家庭住址 悬挂地址 现住址 家庭地址 住址 地址 详细地址", "text", 200),
    field("place", "悬挂位置 位置", "code"),
    field("hung_date", "悬挂日期 悬挂时间 挂牌日期 挂牌时间", "date"),
    field("hung_by", "悬挂人 挂牌人", "text", 50),
    field("signer", "签收人 家庭签收人", "text", 50),
    field("status", "状态 悬挂状态 悬挂情况", "text", 30),
    field("change_date", "更换/收回日期 更换日期 收回日期 变更日期 更换收回日期", "date"),
    field("batch_no", "批次 生产批次", "plain", 20),
    field("note", "备注", "text", 200),
]
# Without the holder and one of these a sheet is not a plaque ledger.
REQUIRED_ANY = [{"holder"}, {"plaque_no", "hung_date", "status", "place"}]
# What a row may add to a plaque that is known already, where it has nothing yet.
COMPLETED = {
    "plaque_no": "serial",
    "place": "place",
    "hung_date": "hung",
    "hung_by": "hung_by",
    "signer": "signer",
    "batch_no": "batch_no",
    "home_address": "address",
}

PLAQUE_EXPORT = [
    *shared("ref"),
    ExportColumn("plaque_no", "光荣牌编号", 14),
    ExportColumn("holder", "户主", 10),
    *shared("book_no", "id_number"),
    ExportColumn("relation", "与军人关系", 12),
    ExportColumn("bases", "悬挂依据", 24),
    ExportColumn("mode", "主动或依申请", 12, export_only=True),
    ExportColumn("home_address", "家庭住址", 30),
    ExportColumn("place", "悬挂位置", 10),
    ExportColumn("hung_date", "悬挂日期", 12),
    ExportColumn("hung_by", "悬挂人", 10),
    ExportColumn("signer", "签收人", 10),
    ExportColumn("status", "状态", 12),
    ExportColumn("change_date", "更换/收回日期", 14),
    ExportColumn("change_reason", "更换或取消原因", 20, export_only=True),
    ExportColumn("reissue_no", "补发次数", 8, export_only=True),
    ExportColumn("batch_no", "批次", 12),
    ExportColumn("note", "备注", 20),
]
