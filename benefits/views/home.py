"""The first page of benefits: what waits for this person, and where the usual work is done."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from benefits.models import Enrolment
from benefits.queues import entries
from veterans_portal.accounts.permissions import Permission, requires

# label, note, url name
USUAL = [
    ("待遇资格", "申报、审核、批准到哪一步", "benefits:enrolments"),
    ("收款账户", "待确认的、已确认的", "benefits:accounts"),
    ("年度确认", "登记确认、公告、各站进度", "benefits:confirmations"),
    ("停发和恢复", "待确认的、停发中的", "benefits:stops"),
    ("一次性待遇", "立功受奖、大学生入伍、义务兵家庭优待金", "benefits:grants"),
    ("帮扶申请", "本部门帮扶、协助申请", "benefits:aids"),
    ("公示", "公示中的、公示过的", "benefits:publications"),
    ("补助标准", "各级标准，测算一个人一个月", "benefits:standards"),
]
MONEY = [
    ("发放批次", "编制、审批、报盘、对账到哪一步", "benefits:batches"),
    ("发放名册", "按站核对、签字、导出", "benefits:register"),
]
HANDS = (Permission.DRAFT_BATCH, Permission.APPROVE_BATCH, Permission.PAY_BATCH)
FIGURES = ("待遇数字", "人数和金额，按到账日期", "benefits:figures")


@requires(Permission.READ_BENEFITS)
@require_GET
def home(request):
    at_money = any(request.user.may(hand) for hand in HANDS)
    usual = [*(MONEY if at_money else []), *USUAL, *([FIGURES] if request.user.may(Permission.VIEW_FIGURES) else [])]
    context = {
        "entries": entries(request.user, timezone.localdate()),
        "usual": [{"label": label, "note": note, "url": reverse(name)} for label, note, name in usual],
        "active": Enrolment.objects.visible_to(request.user).filter(state="ACTIVE").count(),
    }
    return render(request, "benefits/home.html", context)
