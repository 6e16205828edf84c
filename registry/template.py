"""The empty ledger that a station fills in: drop-down lists, text columns, no sample row."""

from pathlib import Path

from registry import codes, ledgers, ledgers_plaques
from registry.models import Category, ImportBatch, Plaque
from veterans_portal.accounts.models import Office
from veterans_portal.sheets import TemplateColumn, write_template

LEFT_OUT = {"ref", "status"}
NO_WATCHING = "本系统不记录信访、思想、风险等内容，请不要增加这类列。"
DATES = "日期可以只写到年或月，如 1983、1983-10、1983-10-05。"
INSTRUCTIONS = [
    "一行填一个人，不要合并单元格，不要改动表头。",
    "姓名、身份证号码必填；身份证号码的单元格已设为文本，请直接输入 18 位。",
    DATES,
    "人员类别可以写多个，用顿号隔开，如：退役士兵、参战退役军人。",
    "所属服务站写站名；不写时归到导入时选择的单位。",
    NO_WATCHING,
]
OF_PLAQUES = [
    "一行填一块光荣牌，不要合并单元格，不要改动表头。",
    "户主填持牌人，身份证号码的单元格已设为文本，请直接输入 18 位；没有档案的人入库时会建一份待补全的档案。",
    DATES,
    "已更换、已收回的旧牌也各填一行，写明更换或收回日期，作为历史保存。",
    "悬挂依据可以写多个，用顿号隔开，如：退役士兵、参战退役军人。",
    NO_WATCHING,
]
NOTES = {
    "name": "必填",
    "holder": "必填",
    "id_number": "必填，18 位",
    "category": "可写多个，用、隔开",
    "bases": "可写多个，用、隔开",
}


def make_template(path: Path, *, user, kind: str = ImportBatch.Kind.PEOPLE) -> None:
    """Write the form of one kind of ledger, with the stations this person may fill in for."""
    if kind == ImportBatch.Kind.PLAQUES:
        columns, instructions = plaque_columns(user), OF_PLAQUES
    else:
        columns, instructions = people_columns(user), INSTRUCTIONS
    write_template(path, columns=columns, instructions=instructions, sheet_name=ImportBatch.Kind(kind).label)


def stations_of(user) -> list[str]:
    return list(Office.objects.visible_to(user).in_use().order_by("code").values_list("name", flat=True))


def categories() -> list[str]:
    return list(Category.objects.filter(valid_to=None).order_by("position").values_list("label", flat=True))


def column_for(column: ledgers.ExportColumn, choices: dict) -> TemplateColumn:
    required = column.key in ("name", "holder", "id_number")
    return TemplateColumn(
        column.label, column.width, True, choices.get(column.key), NOTES.get(column.key, ""), required
    )


def people_columns(user) -> list[TemplateColumn]:
    choices = {
        "sex": ["男", "女"],
        "category": categories(),
        "station": stations_of(user),
        "hukou_type": list(codes.HUKOU_TYPE.values()),
        "ethnicity": list(codes.ETHNICITY.values()),
        "marital": list(codes.MARITAL.values()),
        "education": list(codes.EDUCATION.values()),
        "political": list(codes.POLITICAL.values()),
        "employment": list(codes.EMPLOYMENT.values()),
        "exit_way": list(codes.EXIT_WAY.values()),
        "plaque_hung": ["是", "否"],
    }
    return [column_for(column, choices) for column in ledgers.PEOPLE_EXPORT if column.key not in LEFT_OUT]


def plaque_columns(user) -> list[TemplateColumn]:
    choices = {
        "bases": categories(),
        "place": list(codes.PLAQUE_PLACE.values()),
        "status": Plaque.State.labels,
        "station": stations_of(user),
    }
    wanted = [one for one in ledgers_plaques.PLAQUE_EXPORT if not one.export_only and one.key != "ref"]
    station = ledgers.ExportColumn("station", "所属服务站", 20)
    return [column_for(column, choices) for column in (*wanted[:3], station, *wanted[3:])]
