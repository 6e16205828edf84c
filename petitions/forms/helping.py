"""Beside the case: supervision and its answer, urgency, lateness, a need passed on, delivery by a station, void documents."""

from django.db.models import Exists, OuterRef
from django.urls import reverse

from petitions.clock_blocks import is_for_supervision
from petitions.forms.base import FACTS_ONLY, CaseForm, day, office_of, paragraph, spoken
from petitions.forms.closing import files_of, names_of
from petitions.models import Deadline, Delivery, Notice, Petition, Petitioner, ReferralLink, Supervision
from registry.actions.referrals import receivers
from registry.forms.fields import Choice, Radio, Text
from registry.models import AidReferral
from veterans_portal.accounts.models import Office
from veterans_portal.widgets import TextBox


class SupervisionForm(CaseForm):
    """What the office above asks, and by when."""

    def build(self):
        kinds = {name: label for name, label in Supervision.Kind.choices if name in ("URGE", "SUPERVISE")}
        self.fields |= {
            "kind": Radio(kinds, label="方式", required=True, initial=self.fitting(), columns=2),
            "text": paragraph("事由和要求", 2000, help_text=f"写明哪项期限、要求办什么。{FACTS_ONLY}"),
            "reply_due_on": day("答复期限", self, ahead=True),
        }

    def running(self):
        rows = Deadline.objects.visible_to(self.user).running().filter(petition=self.petition, is_window=False)
        return rows.select_related("rule").order_by("act_by_on", "pk")

    def fitting(self) -> str:
        """What fits how late it is: a reminder, or from the fifth day on a letter of supervision."""
        return "SUPERVISE" if any(is_for_supervision(one, self.today) for one in self.running()) else "URGE"

    def facts(self):
        said = "；".join(f"{one.label}{spoken(one.due_on)}届满" for one in self.running() if one.due_on)
        return [("在计算的期限", said or "没有")]

    def consequence(self):
        return "向现在承办的单位发出，同时生成督办函（催办函）。督办的是单位的办理，不是信访人。"


class SupervisionAnswerForm(CaseForm):
    """What the office says."""

    def build(self):
        rows = Supervision.objects.visible_to(self.user).filter(
            petition=self.petition, replied_on=None, to_office=self.user.office_id
        )
        self.rows = {str(one.pk): one for one in rows.order_by("pk")}
        said = {
            pk: f"{one.get_kind_display()}，{spoken(one.reply_due_on)}前答复：{one.text[:40]}"
            for pk, one in self.rows.items()
        }
        self.fields |= {
            "supervision": Radio(said, label="督办", required=True, columns=1, initial=next(iter(said), "")),
            "reply_text": paragraph("答复内容", 2000, help_text=FACTS_ONLY),
        }

    def arguments(self):
        return self.cleaned_data | {"supervision": self.rows[self.cleaned_data["supervision"]]}


class UrgentForm(CaseForm):
    """What was reported at once, to whom, when."""

    def build(self):
        self.fields |= {
            "ground": Radio(dict(Petition.UrgentGround.choices), label="事由", required=True, columns=3),
            "to": Text(
                label="报告对象", max_length=60, widget=TextBox(width=20), help_text="单位和职务，不写信访人情况。"
            ),
            "on": day("报告日期", self),
        }

    def consequence(self):
        return "可能造成社会影响的重大、紧急事项和信息，应当及时报告（信访工作条例第二十五条）。报告的是事项，不是人。"


class LateForm(CaseForm):
    """Why the office is late."""

    def build(self):
        rows = Deadline.objects.visible_to(self.user).filter(petition=self.petition, office=self.user.office_id, cancelled_on=None,
                                                             is_window=False, late_reason="")  # fmt: skip
        late = [one for one in rows.order_by("pk") if one.due_on and (one.fulfilled_on or self.today) > one.due_on]
        self.clocks = {str(one.pk): one for one in late}
        said = {pk: f"{one.label}，{spoken(one.due_on)}届满" for pk, one in self.clocks.items()}
        self.fields |= {
            "deadline": Radio(said, label="超期的期限", required=True, columns=1, initial=next(iter(said), "")),
            "reason": paragraph("超期原因", 200, rows=3, help_text="只写本单位办理中的原因，不写信访人的原因。"),
        }

    def arguments(self):
        return self.cleaned_data | {"deadline": self.clocks[self.cleaned_data["deadline"]]}


class AidForm(CaseForm):
    """Which need goes to whom, and the signed consent."""

    def build(self):
        self.people = {
            str(one.pk): one
            for one in Petitioner.objects.visible_to(self.user).filter(petition=self.petition).order_by("pk")
        }
        self.files = files_of(self, "CONSENT")
        offices = dict(receivers(self.user).values_list("code", "name"))
        self.fields |= {
            "petitioner": Choice({pk: one.name for pk, one in self.people.items()}, label="信访人", required=True,
                                 initial=next(iter(self.people), "")),
            "need_code": Choice(dict(AidReferral._meta.get_field("need_code").choices), label="需要", required=True, empty="请选择"),
            "note": Text(label="说明", max_length=100, required=False, widget=TextBox(width=30), help_text="不写信访的内容。"),
            "to_office": Choice(offices, label="转给哪个单位", required=True, empty="请选择"),
            "consent": Choice(names_of(self.files), label="同意书", required=True, empty="请选择", help_text="先在附件里上传本人签名的同意书。"),
            "consent_on": day("本人同意日期", self),
        }  # fmt: skip

    def consequence(self):
        return "只转姓名、联系电话（有档案的转档案）、需要和说明；信访编号、内容都不转。本人可以随时撤回同意。"

    def needed_first(self):
        return [
            ("打印同意书", reverse("petitions:consent", args=[self.petition.pk])),
            ("上传签名的同意书", reverse("petitions:file-new", args=[self.petition.pk])),
        ]

    def arguments(self):
        data = self.cleaned_data
        return data | {"petitioner": self.people[data["petitioner"]], "to_office": office_of(data["to_office"]),
                       "consent": self.files[data["consent"]]}  # fmt: skip


class AidConsentForm(AidForm):
    """The same before the signature: what the consent says is what will leave."""

    def build(self):
        super().build()
        del self.fields["consent"], self.fields["consent_on"]

    def consequence(self):
        return "打印后请本人看清再签名，然后扫描上传到附件（种类选“同意书”），再办转介。"

    def needed_first(self):
        return []

    def arguments(self):
        data = self.cleaned_data
        return {"person": self.people[data["petitioner"]], "need_code": data["need_code"], "note": data["note"],
                "to_office": office_of(data["to_office"])}  # fmt: skip


class AidCancelForm(CaseForm):
    """Which referral, and why."""

    def build(self):
        rows = ReferralLink.objects.visible_to(self.user).filter(
            petition=self.petition, referral__state__in=("OPEN", "TAKEN")
        )
        self.links = {str(one.pk): one for one in rows.select_related("referral").order_by("pk")}
        said = {pk: f"{one.referral.number}，{one.referral.get_need_code_display()}" for pk, one in self.links.items()}
        self.fields |= {
            "link": Radio(said, label="转介", required=True, columns=1, initial=next(iter(said), "")),
            "reason": paragraph("取消原因", 100, rows=2),
        }

    def arguments(self):
        return self.cleaned_data | {"link": self.links[self.cleaned_data["link"]]}


class DelegateForm(CaseForm):
    """Which station brings the papers."""

    def build(self):
        rows = (
            Office.objects.visible_to(self.user)
            .in_use()
            .below(self.petition.office_id)
            .exclude(pk=self.petition.office_id)
        )
        self.fields["office"] = Choice(dict(rows.order_by("code").values_list("code", "name")), label="送达的服务站", required=True,
                                       empty="请选择", initial=self.petition.registered_office_id)  # fmt: skip

    def consequence(self):
        return "由该服务站当面送达并登记。是否按期，仍按送出日期算。"

    def arguments(self):
        return {"office": office_of(self.cleaned_data["office"])}


class VoidForm(CaseForm):
    """Which document, and why."""

    def build(self):
        given = Delivery.objects.visible_to(self.user).filter(notice=OuterRef("pk"), failed_on=None)
        rows = Notice.objects.visible_to(self.user).filter(
            petition=self.petition, office=self.user.office_id, voided_on=None
        )
        waiting = rows.filter(~Exists(given)).exclude(issued_on=None)
        self.notices = {str(one.pk): one for one in waiting.order_by("pk")}
        said = {pk: f"{one.title} {one.document_number}" for pk, one in self.notices.items()}
        self.fields |= {
            "notice": Radio(said, label="文书", required=True, columns=1),
            "reason": paragraph("作废原因", 200, rows=2),
        }

    def consequence(self):
        return (
            "作废后文号保留，不再使用，不能恢复；已送达的不能作废。正在等待送达的答复、告知作废后，本件退回起草环节重新提出；"
            "受理、转送、延期告知书作废后，按现在登记的内容重新生成一份。"
        )

    def arguments(self):
        return self.cleaned_data | {"notice": self.notices[self.cleaned_data["notice"]]}


class QueryCodeForm(CaseForm):
    """Nothing to fill in: the petitioner is here."""

    def consequence(self):
        return "信访人本人在场、核对身份后补发。旧查询码作废，新的只印在回执上，系统不留存。"
