"""What is typed about the files of a bank: columns a line each, codes a line each."""

from string import Formatter

from django import forms

from benefits.banking.formats import ANSWERS, ENCODINGS, FORMATS, QUOTES, SOURCES, source_of
from benefits.models import BankTemplate
from registry.forms.fields import Choice, Radio, Text, WholeNumber, long_text
from registry.forms.people import TopicForm
from veterans_portal.widgets import Area, TextBox

WORDS = {"count", "total_yuan", "total_fen", "date", "batch_no", "bank", "part", "parts", "attempt"}
DELIMITERS = {",": "逗号", "|": "竖线", ";": "分号", "\t": "制表符", "": "不分隔（定长）"}
COLUMN_HINT = "一行一列：标题=内容，定长的再写 ,宽度,左或右,补位字符。内容可用：序号、流水号、户名、账号、开户银行、联行号、金额（元，两位小数）、金额（分）、用途、身份证号、项目、月份、户籍站，或 literal:固定文字。"
WORD_HINT = "可写 {count} 笔数、{total_yuan} 合计元、{total_fen} 合计分、{date} 日期、{batch_no} 批次号。"
ALIGN = {"左": "left", "右": "right", "left": "left", "right": "right"}


def lines_of(text: str) -> list[str]:
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()]


def words_in(text: str) -> None:
    """Raises ValidationError for a {word} that no file knows."""
    try:
        unknown = {name for _, name, *_ in Formatter().parse(text) if name is not None and name not in WORDS}
    except ValueError as error:
        raise forms.ValidationError("花括号不成对，请检查。") from error
    if unknown:
        raise forms.ValidationError(f"不认识 {{{sorted(unknown)[0]}}}。{WORD_HINT}")


class OutTemplateForm(TopicForm):
    """A template for payment files."""

    groups = [("银行", ("name", "bank_name")), ("文件", ("format", "encoding", "delimiter", "quote", "newline", "max_rows", "file_name")),
              ("内容", ("has_header", "columns", "before", "after", "purpose"))]  # fmt: skip

    def build(self):
        self.fields |= {
            "name": Text(label="模板名称", max_length=40, widget=TextBox(width=20)),
            "bank_name": Text(label="银行", max_length=60, widget=TextBox(width=20), help_text="与收款账户的开户银行写法一致。"),
            "format": Radio(FORMATS, label="格式", required=True, columns=3),
            "encoding": Choice(ENCODINGS, label="编码", required=True),
            "delimiter": Choice(DELIMITERS, label="分隔符", empty="不分隔（定长）"),
            "quote": Choice(QUOTES, label="引号", required=True),
            "newline": Choice({"CRLF": "Windows（CRLF）", "LF": "LF"}, label="换行", required=True),
            "has_header": forms.BooleanField(label="第一行写列标题", required=False),
            "columns": forms.CharField(label="列", widget=Area(rows=8), help_text=COLUMN_HINT, max_length=2000,
                                       error_messages={"required": "请写明列。"}),
            "before": long_text("明细之前的行", 500, help_text=WORD_HINT),
            "after": long_text("明细之后的行", 500, help_text=WORD_HINT),
            "max_rows": WholeNumber(label="每份最多笔数", low=1, high=50000, help_text="超过的分成几份。不填则不分。"),
            "file_name": Text(label="文件名", max_length=60, widget=TextBox(width=30), help_text="如 {batch_no}_{part}，不写扩展名。"),
            "purpose": Text(label="用途", max_length=20, required=False, widget=TextBox(width=12)),
        }  # fmt: skip

    def clean_columns(self):
        found = []
        for number, line in enumerate(lines_of(self.cleaned_data["columns"]), 1):
            title, mark, rest = line.partition("=")
            # a label of a source may hold a comma itself
            source, *more = rest.rsplit(",", 3) if rest.count(",") >= 3 else [rest]
            try:
                column = {"title": title.strip(), "source": source_of(source.strip())}
                if more:
                    column |= {"width": int(more[0]), "align": ALIGN[more[1].strip()], "pad": (more[2] or " ")[:1]}
            except (ValueError, KeyError) as error:
                raise forms.ValidationError(f"第 {number} 行看不懂：{line[:30]}。") from error
            if not mark or not column["title"]:
                raise forms.ValidationError(f"第 {number} 行缺少标题或等号。")
            found.append(column)
        return found

    def clean_before(self):
        words_in(self.cleaned_data["before"])
        return lines_of(self.cleaned_data["before"])

    def clean_after(self):
        words_in(self.cleaned_data["after"])
        return lines_of(self.cleaned_data["after"])

    def clean_file_name(self):
        words_in(self.cleaned_data["file_name"])
        return self.cleaned_data["file_name"]

    def settings(self) -> dict:
        data = {key: value for key, value in self.cleaned_data.items() if key not in ("name", "bank_name")}
        return data | {"max_rows": data["max_rows"] or 0, "purpose": data["purpose"] or "抚恤补助"}


class BackTemplateForm(TopicForm):
    """A template for answers."""

    groups = [("银行", ("name", "bank_name")), ("文件", ("format", "encoding", "delimiter", "is_fen")),
              ("列和代码", ("columns", "success", "failures")), ("合计行", ("total_mark", "total_count_column", "total_yuan_column"))]  # fmt: skip

    def build(self):
        self.fields |= {
            "name": Text(label="模板名称", max_length=40, widget=TextBox(width=20)),
            "bank_name": Text(label="银行", max_length=60, widget=TextBox(width=20)),
            "format": Radio(FORMATS, label="格式", required=True, columns=3),
            "encoding": Choice(ENCODINGS, label="编码", required=True),
            "delimiter": Choice(DELIMITERS, label="分隔符", required=True),
            "is_fen": forms.BooleanField(label="金额以分为单位", required=False),
            "columns": forms.CharField(label="列", widget=Area(rows=6), max_length=1000, error_messages={"required": "请写明列。"},
                                       help_text=f"一行一列：意义=文件里的标题。意义：{'、'.join(ANSWERS.values())}。金额和结果代码必须有；没有流水号的写账号和户名。"),
            "success": Text(label="成功的代码", max_length=60, widget=TextBox(width=12), help_text="多个用空格分开，如 00 0000。"),
            "failures": long_text("失败的代码", 2000, help_text="一行一个：代码=原因，账号有误的再写 ,账号；已到账又退回的写 ,退汇。"),
            "total_mark": Text(label="合计行的第一格", max_length=20, required=False, widget=TextBox(width=12), help_text="没有合计行的不填。"),
            "total_count_column": WholeNumber(label="合计笔数在第几列", low=1, high=200),
            "total_yuan_column": WholeNumber(label="合计金额在第几列", low=1, high=200),
        }  # fmt: skip

    def clean_columns(self):
        meanings = {label: name for name, label in ANSWERS.items()}
        found = {}
        for line in lines_of(self.cleaned_data["columns"]):
            meaning, _, title = line.partition("=")
            if meaning.strip() not in meanings or not title.strip():
                raise forms.ValidationError(f"看不懂：{line[:30]}。")
            found[meanings[meaning.strip()]] = title.strip()
        if missing := [ANSWERS[name] for name in ("amount", "code") if name not in found]:
            raise forms.ValidationError(f"缺少“{missing[0]}”。")
        if "row_ref" not in found and not {"account", "payee_name"} <= set(found):
            raise forms.ValidationError("请写明流水号，或者账号和户名。")
        return found

    def clean_failures(self):
        found = {}
        for line in lines_of(self.cleaned_data["failures"]):
            code, _, words = line.partition("=")
            reason, *marks = [part.strip() for part in words.replace("，", ",").split(",")]
            if not code.strip() or set(marks) - {"账号", "退汇"}:
                raise forms.ValidationError(f"看不懂：{line[:30]}。")
            found[code.strip()] = {"reason": reason, "is_account_fault": "账号" in marks, "is_recall": "退汇" in marks}
        return found

    def settings(self) -> dict:
        data = {key: value for key, value in self.cleaned_data.items() if key not in ("name", "bank_name")}
        columns = {name: data[name] or 0 for name in ("total_count_column", "total_yuan_column")}
        return data | columns | {"success": data["success"].split()}


FORMS = {BankTemplate.Direction.OUT: OutTemplateForm, BankTemplate.Direction.BACK: BackTemplateForm}


def typed(template: BankTemplate) -> dict:
    """Return the settings of a template as they are typed."""
    held = template.settings
    words = {"name": template.name, "bank_name": template.bank_name} | held
    if template.direction == BankTemplate.Direction.OUT:
        words["columns"] = "\n".join(
            f"{one['title']}={SOURCES.get(one['source'], one['source'])}"
            + (
                f",{one['width']},{'右' if one.get('align') == 'right' else '左'},{one.get('pad', ' ')}"
                if one.get("width")
                else ""
            )
            for one in held["columns"]
        )
        return words | {"before": "\n".join(held.get("before", ())), "after": "\n".join(held.get("after", ())),
                        "max_rows": held.get("max_rows") or None}  # fmt: skip
    words["columns"] = "\n".join(f"{ANSWERS[name]}={title}" for name, title in held["columns"].items())
    words["failures"] = "\n".join(
        f"{code}={one['reason']}"
        + (",账号" if one.get("is_account_fault") else "")
        + (",退汇" if one.get("is_recall") else "")
        for code, one in held["failures"].items()
    )
    return words | {"success": " ".join(held["success"])}


EXAMPLES = {
    BankTemplate.Direction.OUT: {
        "format": "CSV", "encoding": "gb18030", "delimiter": ",", "quote": "minimal", "newline": "CRLF", "has_header": True,
        "columns": "流水号=流水号\n户名=户名\n账号=账号\n金额=金额（元，两位小数）\n用途=用途", "file_name": "{batch_no}_{part}",
        "after": "合计,{count},{total_yuan}", "purpose": "抚恤补助",
    },
    BankTemplate.Direction.BACK: {
        "format": "CSV", "encoding": "gb18030", "delimiter": ",", "columns": "流水号=流水号\n金额=金额\n结果代码=结果\n到账日期=日期",
        "success": "00", "failures": "11=账号不存在,账号\n12=户名不符,账号\n99=退汇,账号,退汇",
    },
}  # fmt: skip
