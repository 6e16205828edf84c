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
# what stands on the paper where one kind of document has several forms; the kind's own title names them all
TITLES = {
    ("N02", "FORWARD"): "信访事项转送告知书", ("N02", "ASSIGN"): "信访事项交办告知书", ("N02", "DESIGNATE"): "信访事项指定受理告知书",
    ("N05", "ALREADY_IN_HAND"): "不予受理告知书", ("N05", "FINAL"): "不再受理告知书",
    ("N06", "FORWARD"): "信访事项转送函", ("N06", "ASSIGN"): "信访事项交办函", ("N06", "DESIGNATE"): "信访事项指定受理函",
    ("N11", "PERFORMED"): "信访事项答复书",
    ("N12", "MEDIATION"): "调解协议书", ("N12", "SETTLEMENT"): "和解协议书",
    ("N13", "REFUSED"): "复查请求不予受理告知书", ("N14", "REFUSED"): "复核请求不予受理告知书",
    ("N18", "URGE"): "催办函", ("N18", "SUPERVISE"): "督办函",
}  # fmt: skip
SELF_APPROVED = tuple(code for code, kind in NOTICES.items() if not kind.needs_approval)
# the first writing that tells a petitioner where the matter goes (条例第二十三条)
TELLING = ("N01", "N02", "N03", "N04", "N05")
REPLIES = ("N10", "N11", "N12")
TO_OFFICES = ("N06", "N07", "N08", "N16", "N17", "N18")
LAYOUT = 2  # of the letters; kept with every document that is set


def is_there(kind: str, *, sent_from: str | None, sent_to: str | None) -> bool:
    """
    Tell whether a letter needs no handing-over because its office reads it in this portal.

    sent_from, sent_to: offices of the portal at the ends of the last transfer; None for one outside, or none at all.
    """
    return kind in ("N08", "N18") or (kind == "N06" and bool(sent_to)) or (kind == "N07" and bool(sent_from))


def title_of(kind: str, form: str = "") -> str:
    """Return the title of a document; form: which of its kind, such as FORWARD or ASSIGN of a transfer."""
    return TITLES.get((kind, form), NOTICES[kind].title)
