"""How the bank of the demo district wants its files, and how it answers; tests pay through the same."""

OUT = {
    "format": "CSV", "encoding": "gb18030", "delimiter": ",", "quote": "minimal", "newline": "CRLF", "has_header": True,
    "columns": [{"title": "流水号", "source": "row_ref"}, {"title": "户名", "source": "payee_name"},
                {"title": "账号", "source": "account"}, {"title": "金额", "source": "amount_yuan"}],
    "before": [], "after": ["合计,{count},{total_yuan}"], "max_rows": 0, "file_name": "{batch_no}_{part}",
}  # fmt: skip
BACK = {
    "format": "CSV", "encoding": "utf-8-sig", "delimiter": ",",
    "columns": {"row_ref": "流水号", "amount": "金额", "code": "结果", "date": "日期"}, "success": ["00"],
    "failures": {"11": {"reason": "账号不存在", "is_account_fault": True}, "12": {"reason": "系统忙"},
                 "99": {"reason": "退汇", "is_account_fault": True, "is_recall": True}},
    "total_mark": "合计", "total_count_column": 2, "total_yuan_column": 3,
}  # fmt: skip
