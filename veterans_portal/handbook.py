"""The Chinese handbook: chapters in docs/handbook, a small part of Markdown, shown under 帮助."""

from functools import cache

from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = settings.BASE_DIR / "docs" / "handbook"
CHAPTERS = {
    "start": "第一次登录",
    "people": "人员档案：查、建、改",
    "fallen": "烈士、已故军人和遗属",
    "moves": "去世、迁出和站间迁移",
    "duplicates": "疑似重复和合并",
    "changes": "变更申请和身份确认",
    "plaques": "光荣牌",
    "cards": "优待证",
    "prompts": "到期提醒",
    "documents": "材料：上传和查看",
    "referrals": "服务站转介",
    "petitions": "信访事项：登记、办理、送达",
    "petition_further": "信访事项：延期、异议、复查和其他",
    "import": "导入旧台账",
    "export": "导出台账",
    "receptions": "接待登记",
    "petition-public": "信访进度查询和评价",
    "petition-ledgers": "信访台账：导出和导入",
    "petition-stats": "信访统计怎么算",
    "petition-settings": "单位信访设置、主题和期限规则",
    "papers": "打印：一人一档、告知单、变动表、交接清单",
    "catalog": "人员类别和写法",
    "enrolments": "待遇资格：申报、批准、调级、转移",
    "payees": "收款账户和个人待遇账",
    "confirmations": "年度确认",
    "stops": "停发和恢复",
    "batches": "发放批次：编制和审批",
    "register": "发放名册和“为什么是这个数”",
    "bank": "报盘、回盘和对账",
    "overpayments": "多发的追回",
    "standards": "补助标准和提标",
    "grants": "一次性待遇、帮扶和历史导入",
    "overview": "情况总览怎么看",
    "accounts": "机构、账号与日志",
}

# beginning of a view's name → its chapter; the longest that fits is taken
PAGES = {
    "home": "start",
    "password-change": "start",
    "registry:people": "people",
    "registry:person": "people",
    "registry:duplicate-check": "people",
    "registry:id-reveal": "people",
    "registry:identity": "people",
    "registry:service": "people",
    "registry:award": "people",
    "registry:livelihood": "people",
    "registry:household": "people",
    "registry:relative": "people",
    "registry:person-death": "moves",
    "registry:person-departure": "moves",
    "registry:status": "moves",
    "registry:move": "moves",
    "registry:fallen": "fallen",
    "registry:survivor": "fallen",
    "registry:change": "changes",
    "registry:identities-to-confirm": "changes",
    "registry:identity-refuse": "changes",
    "registry:duplicates": "duplicates",
    "registry:pair": "duplicates",
    "registry:merge": "duplicates",
    "registry:plaque": "plaques",
    "registry:card": "cards",
    "registry:document": "documents",
    "registry:prompt": "prompts",
    "registry:referral": "referrals",
    "registry:import": "import",
    "registry:ledger": "export",
    "registry:dossier-print": "papers",
    "registry:status-changes-print": "papers",
    "registry:handover": "papers",
    "registry:notice": "papers",
    "registry:matter": "papers",
    "registry:categor": "catalog",
    "registry:alias": "catalog",
    "registry:guide": "start",
    "petitions:": "petitions",
    "petitions:case": "petitions#看一件事项",
    "petitions:new": "petitions#登记",
    "petitions:registered": "petitions#登记",
    "petitions:lookup": "petitions#取号查询",
    "petitions:notice": "petitions#文书",
    "petitions:file": "petitions#附件",
    "petitions:consent": "petition_further#帮扶转介",
    "petitions:query-code": "petition_further#查询码和作废",
    "petitions:case-deed/query-code": "petition_further#查询码和作废",
    "petitions:accusation": "petition_further#检举控告",
    "petitions:board": "petition_further#督办",
    "petitions:review-deed": "petition_further#复查和复核",
    "petitions:case-deed/hand-up": "petitions#分类和受理",
    "petitions:case-deed/transfer": "petitions#分类和受理",
    "petitions:case-deed/receipt": "petitions#分类和受理",
    "petitions:case-deed/recall": "petitions#分类和受理",
    "petitions:case-deed/acceptance": "petitions#分类和受理",
    "petitions:case-deed/assignment": "petitions#承办和答复",
    "petitions:case-deed/record": "petitions#承办和答复",
    "petitions:case-deed/reply": "petitions#承办和答复",
    "petitions:case-deed/delivery": "petitions#送达",
    "petitions:case-deed/notice-delivery": "petitions#送达",
    "petitions:case-deed/untold": "petitions#送达",
    "petitions:case-deed/arrival": "petitions#送达",
    "petitions:case-deed/delegation": "petitions#送达",
    "petitions:case-deed/follow-up": "petitions#回访和办结",
    "petitions:case-deed/fulfilment": "petitions#回访和办结",
    "petitions:case-deed/report": "petitions#回访和办结",
    "petitions:case-deed/closure": "petitions#回访和办结",
    "petitions:case-deed/extension": "petition_further#延期",
    "petitions:case-deed/objection": "petition_further#对转来的事项提出异议",
    "petitions:case-deed/closing-proposal": "petition_further#不受理、引导、并案、撤回",
    "petitions:case-deed/merger": "petition_further#不受理、引导、并案、撤回",
    "petitions:case-deed/sending-out": "petition_further#不受理、引导、并案、撤回",
    "petitions:case-deed/withdrawal": "petition_further#不受理、引导、并案、撤回",
    "petitions:case-deed/correction": "petition_further#更正",
    "petitions:case-deed/completion": "petition_further#更正",
    "petitions:case-deed/review": "petition_further#复查和复核",
    "petitions:case-deed/pause": "petition_further#中止和调解",
    "petitions:case-deed/resumption": "petition_further#中止和调解",
    "petitions:case-deed/mediation": "petition_further#中止和调解",
    "petitions:case-deed/recusal": "petition_further#回避",
    "petitions:case-deed/sealing": "petition_further#检举控告",
    "petitions:case-deed/supervision": "petition_further#督办",
    "petitions:case-deed/urgent-report": "petition_further#督办",
    "petitions:case-deed/late-reason": "petition_further#督办",
    "petitions:case-deed/referral": "petition_further#帮扶转介",
    "petitions:case-deed/voiding": "petition_further#查询码和作废",
    "petitions:reception": "receptions",
    "petitions:profile": "petition-settings#单位信访设置",
    "petitions:topics": "petition-settings#主题和信访形式",
    "petitions:channels": "petition-settings#主题和信访形式",
    "petitions:rule": "petition-settings#期限规则",
    "petitions:promise": "petition-settings#期限规则",
    "petitions:ledger": "petition-ledgers",
    "petitions:import": "petition-ledgers",
    "petitions:stats": "petition-stats",
    "petitions:evaluations": "petition-stats",
    "service:": "petition-public",
    "reports:": "overview",
    "accounts:": "accounts",
}


def chapter_of(view_name: str) -> str:
    """
    Return the chapter that explains a page, or chapter#heading; "" when there is none.

    view_name: as Django has it; a page of a deed adds the deed: petitions:case-deed/extension.
    """
    fitting = [start for start in PAGES if view_name.startswith(start)]
    return PAGES[max(fitting, key=len)] if fitting else ""


@cache
def chapter_html(name: str) -> SafeString:
    """Return a chapter as HTML. Known: #, ##, paragraphs, - and 1. lists. Everything is escaped."""
    parts, listing = [], ""
    for line in (FOLDER / f"{name}.md").read_text(encoding="utf-8").splitlines():
        kind, text = classify(line)
        if listing and kind != listing:
            parts.append(f"</{listing}>")
            listing = ""
        if kind in ("ul", "ol"):
            parts += [f"<{kind}>"] if not listing else []
            listing = kind
            parts.append(format_html("<li>{}</li>", text))
        elif kind == "h2":
            parts.append(format_html('<h2 id="{}">{}</h2>', text, text))
        elif kind:
            parts.append(f"<{kind}>{escape(text)}</{kind}>")
    if listing:
        parts.append(f"</{listing}>")
    return mark_safe("\n".join(parts))  # every piece above is escaped


def classify(line: str) -> tuple[str, str]:
    """Return (element, text) of one line; the chapter's own title is the page's h1 and is left out."""
    if line.startswith("# ") or not line.strip():
        return "", ""
    if line.startswith("## "):
        return "h2", line[3:]
    if line.startswith("- "):
        return "ul", line[2:]
    head, dot, rest = line.partition(". ")
    return ("ol", rest) if dot and head.isdigit() else ("p", line)
