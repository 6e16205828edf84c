"""Where a case goes: handing up, sending down, signing for, taking back, accepting."""

from petitions.actions.routing import NEEDS_FEEDBACK_DAY
from petitions.forms.base import CaseForm, day, office_of, paragraph, spoken, worked_out
from petitions.models import Deadline, Matter, OfficeProfile, Transfer
from petitions.rules.deadlines import answer_due, notice_due, objection_due, transfer_notice_due
from registry.forms.fields import Choice, Radio, Text
from veterans_portal.accounts.models import Office
from veterans_portal.widgets import TextBox

TOLD = ("NOTICE", "TRANSFER_NOTICE")
KEPT = {"own": "由本单位办理", "other": "由其他机关办理"}
SELDOM = ("kept", "procedure", "body", "due", "citation")
ROUTE_HINT = "只有“信访程序”适用60日办结期限；其余按所选程序的法定时限办理。"


def running_notice(form: CaseForm) -> Deadline | None:
    rows = Deadline.objects.visible_to(form.user).running().filter(petition=form.petition, kind__in=TOLD)
    return rows.order_by("due_on").first()


class HandUpForm(CaseForm):
    """To which office above."""

    def build(self):
        code = self.petition.office_id
        above = [code[:length] for length in range(1, len(code))]
        rows = OfficeProfile.objects.visible_to(self.user).deciding().filter(office_id__in=above)
        offices = {one.office_id: one.office.name for one in rows.select_related("office").order_by("-office_id")}
        self.fields |= {
            "to_office": Choice(
                offices, label="上报给哪个单位", required=True, empty="请选择", initial=next(iter(offices), "")
            ),
            "reason": paragraph("上报理由", 500, help_text="写明为什么需要上级办理。"),
        }

    def consequence(self):
        clock = running_notice(self)
        kept = f"书面告知的期限不因上报重新计算，仍为{spoken(clock.due_on)}。" if clock else ""
        return f"上报后由对方签收、办理，本单位只能查看；对方签收前可以撤回。{kept}"

    def arguments(self):
        return self.cleaned_data | {"to_office": office_of(self.cleaned_data["to_office"])}


class TransferForm(CaseForm):
    """To which office below, and how."""

    def build(self):
        kinds = {name: label for name, label in Transfer.Kind.choices if name != "HAND_UP"}
        rows = Office.objects.visible_to(self.user).in_use().below(self.petition.office_id)
        rows = rows.exclude(pk=self.petition.office_id).order_by("code")
        self.fields |= {
            "kind": Radio(kinds, label="方式", required=True, initial="FORWARD",
                          help_text="交办的要在约定日期前反馈结果；指定受理的对方不能提出异议。"),
            "to_office": Choice(dict(rows.values_list("code", "name")), label="转给哪个单位", required=True, empty="请选择"),
            "reason": paragraph("理由", 500, help_text="写明为什么属于该单位办理。"),
            "feedback_due_on": day("反馈日期", self, required=False, ahead=True, help_text="交办的必填。"),
        }  # fmt: skip

    def clean(self):
        data = self.cleaned_data
        if data.get("kind") == "ASSIGN" and not data.get("feedback_due_on") and "feedback_due_on" not in self.errors:
            self.add_error("feedback_due_on", NEEDS_FEEDBACK_DAY)
        return data

    def consequence(self):
        told, objected = (
            worked_out(transfer_notice_due, arrived_on=self.today),
            worked_out(objection_due, arrived_on=self.today),
        )
        return (
            f"今天转出的，对方须在{spoken(told.due_on)}前书面告知信访人，提出异议截至{spoken(objected.due_on)}。"
            "同时生成给信访人的转送告知书和给对方的转送函。"
        )

    def arguments(self):
        return self.cleaned_data | {"to_office": office_of(self.cleaned_data["to_office"])}


class SignForm(CaseForm):
    """Nothing to fill in; the clocks have run since the case arrived."""

    def consequence(self):
        clocks = (
            Deadline.objects.visible_to(self.user).running().filter(petition=self.petition).order_by("due_on", "pk")
        )
        days = "；".join(f"{clock.label}{spoken(clock.due_on)}" for clock in clocks if clock.due_on)
        return f"签收后由本单位办理。期限从转到之日起算，不因签收重新计算：{days or '没有在计算的期限'}。"


class RecallForm(CaseForm):
    """Why a transfer is taken back."""

    def build(self):
        self.fields["reason"] = paragraph("撤回原因", 200, rows=3)

    def consequence(self):
        return "对方签收前可以撤回。撤回后由本单位继续办理，对方不再看到本件。"


class AcceptForm(CaseForm):
    """A route for each matter."""

    fold_title = "通过其他程序办理、适用其他法律时限的，点开填写"

    def build(self):
        self.matters = list(Matter.objects.visible_to(self.user).filter(petition=self.petition).order_by("no"))
        self.fields["accepted_on"] = day("受理日期", self)
        routes = {name: f"{name}　{label}" if name not in "SDN" else label for name, label in Matter.Route.choices}
        for matter in self.matters:
            no = matter.no
            self.fields |= {
                f"route_{no}": Radio(routes, label=f"事项{no}的办理途径", required=True, columns=1,
                                     help_text=f"{matter.text}。{ROUTE_HINT}", initial=matter.route),
                f"kept_{no}": Radio(KEPT, label=f"事项{no}由谁办理", initial="own", empty="不涉及", columns=3,
                                    help_text="只对行政复议、裁决、确认、许可、处罚有用。"),
                f"procedure_{no}": Text(label=f"事项{no}的程序名称", max_length=60, required=False, widget=TextBox(width=20)),
                f"body_{no}": Text(label=f"事项{no}的有权机关", max_length=100, required=False, widget=TextBox(width=30)),
                f"due_{no}": day(f"事项{no}的法定时限", self, required=False, ahead=True, help_text="适用其他法律的，写应办结的日期。"),
                f"citation_{no}": Text(label=f"事项{no}的时限依据", max_length=200, required=False, widget=TextBox(width=30)),
            }  # fmt: skip
        self.folded = tuple(f"事项{matter.no}的其他程序和时限" for matter in self.matters)
        self.groups = [
            ("受理", ("accepted_on",)),
            *((f"事项{one.no}：{one.text[:30]}", (f"route_{one.no}",)) for one in self.matters),
            *(
                (title, tuple(f"{name}_{one.no}" for name in SELDOM))
                for title, one in zip(self.folded, self.matters, strict=True)
            ),
        ]

    def is_unfolded(self) -> bool:
        """Something was written there, or is to be mended."""
        names = [f"{name}_{matter.no}" for matter in self.matters for name in SELDOM]
        return any(name in self.errors or (self.data.get(name) and "kept" not in name) for name in names)

    def clean(self):
        data = self.cleaned_data
        for matter in self.matters:
            no, route = matter.no, data.get(f"route_{matter.no}")
            elsewhere = route in ("R1", "R2", "R3", "N") or (route == "R4" and data.get(f"kept_{no}") != "own")
            if elsewhere and not data.get(f"body_{no}"):
                self.add_error(f"body_{no}", f"请写明事项{no}的有权机关，印在告知书上。")
        return data

    def consequence(self):
        answer = worked_out(answer_due, accepted_on=self.today)
        told = running_notice(self)
        due = told.due_on if told else worked_out(notice_due, received_on=self.petition.received_on).due_on
        return (
            f"今天受理的，信访程序事项须在{spoken(answer.due_on)}前办结（按工作日应在{spoken(answer.act_by_on)}前办好）。"
            f"同时生成《信访事项受理告知书》，须在{spoken(due)}前送达信访人。"
        )

    def arguments(self):
        data = self.cleaned_data
        routes = {
            matter.no: {
                "route": data[f"route_{matter.no}"],
                "is_kept": data[f"route_{matter.no}"] == "R4" and data[f"kept_{matter.no}"] == "own",
                "procedure_name": data[f"procedure_{matter.no}"],
                "competent_body": data[f"body_{matter.no}"],
                "statute_due_on": data[f"due_{matter.no}"],
                "statute_citation": data[f"citation_{matter.no}"],
            }
            for matter in self.matters
        }
        return {"accepted_on": data["accepted_on"], "routes": routes}
