"""文书: what each document is called, in which number series it stands, and whether a second person signs it."""

from typing import NamedTuple


class NoticeKind(NamedTuple):
    """series: the last character of the document number, empty for documents without number."""

    title: str
    series: str
    needs_approval: bool


NOTICES = {
    "N01": NoticeKind("信访事项受理告知书", "告", False),
    "N02": NoticeKind("信访事项转送（交办）告知书", "告", False),
    "N03": NoticeKind("不属于本单位职权范围告知书", "告", True),
    "N04": NoticeKind("引导法定途径告知书", "告", True),
    "N05": NoticeKind("不予（不再）受理告知书", "告", True),
    "N06": NoticeKind("信访事项转送函（交办函）", "转", False),
    "N07": NoticeKind("异议函", "转", False),
    "N08": NoticeKind("异议核实复函", "告", False),
    "N09": NoticeKind("延长办理期限告知书", "告", True),
    "N10": NoticeKind("信访处理意见书", "意", True),
    "N11": NoticeKind("建议意见回复", "意", True),
    "N12": NoticeKind("调解（和解）协议书", "意", True),
    "N13": NoticeKind("复查意见书", "复", True),
    "N14": NoticeKind("复核意见书", "复", True),
    "N15": NoticeKind("送达回证", "", False),
    "N16": NoticeKind("检举控告材料密封移交单", "", False),
    "N17": NoticeKind("办结报告", "转", False),
    "N18": NoticeKind("督办函（催办函）", "转", False),
    "N19": NoticeKind("登记单、登记表和笔录", "", False),
    "N20": NoticeKind("帮扶转介同意书", "", False),
}
SELF_APPROVED = tuple(code for code, kind in NOTICES.items() if not kind.needs_approval)
# the first writing that tells a petitioner where the matter goes (条例第二十三条)
TELLING = ("N01", "N02", "N03", "N04", "N05")
REPLIES = ("N10", "N11", "N12")
