"""The empty people ledger that a station fills in: drop-down lists, text columns, no sample row."""

from pathlib import Path

from registry import codes, ledgers
from registry.models import Category
from veterans_portal.accounts.models import Office
from veterans_portal.sheets import TemplateColumn, write_template

LEFT_OUT = {"ref", "status"}
INSTRUCTIONS = [
    "一行填一个人，不要合并单元格，不要改动表头。",
    "姓名、身份证号码必填；身份证号码的单元格已设为文本，请直接输入 18 位。",
    "日期可以只写到年或月，如 1983、1983-10、1983-10-05。",
    "人员类别可以写多个，用顿号隔开，如：退役士兵、参战退役军人。",
    "所属服务站写站名；不写时归到导入时选择的单位。",
    "本系统不记录信访、思想、风险等内容，请不要增加这类列。",
]


def make_template(path: Path, *, user) -> None:
    stations = list(Office.objects.visible_to(user).in_use().order_by("code").values_list("name", flat=True))
    categories = list(Category.objects.filter(valid_to=None).order_by("position").values_list("label", flat=True))
    choices = {
        "sex": ["男", "女"],
        "category": categories,
        "station": stations,
        "hukou_type": list(codes.HUKOU_TYPE.values()),
        "ethnicity": list(codes.ETHNICITY.values()),
        "marital": list(codes.MARITAL.values()),
        "education": list(codes.EDUCATION.values()),
        "political": list(codes.POLITICAL.values()),
        "employment": list(codes.EMPLOYMENT.values()),
        "exit_way": list(codes.EXIT_WAY.values()),
    }
    columns = [
        TemplateColumn(
            column.label,
            column.width,
            True,
            choices.get(column.key),
            note_of(column.key),
            column.key in ("name", "id_number"),
        )
        for column in ledgers.PEOPLE_EXPORT
        if column.key not in LEFT_OUT
    ]
    write_template(path, columns=columns, instructions=INSTRUCTIONS, sheet_name="人员台账")


def note_of(key: str) -> str:
    return {"name": "必填", "id_number": "必填，18 位", "category": "可写多个，用、隔开"}.get(key, "")
