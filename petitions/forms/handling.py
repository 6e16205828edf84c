"""Working on a case: assigning it, writing down what was done, answering, signing."""

from django import forms

from petitions.actions.handling import RECORDS
from petitions.forms.base import FACTS_ONLY, NO_SECRETS, CaseForm, day, office_of, paragraph, spoken
from petitions.models import Deadline, Matter, Notice, Step
from petitions.models.matter import OUTCOMES
from registry.forms.fields import Choice, Radio, Text
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import HOLDERS, Permission
from veterans_portal.widgets import CheckList, TextBox

BASIS_HINT = "写明法律、法规或政策的名称和条款；解释说明的可以写“无相应依据”。"


def running(form: CaseForm, *kinds: str) -> Deadline | None:
    rows = Deadline.objects.visible_to(form.user).running().filter(petition=form.petition, kind__in=kinds)
    return rows.order_by("due_on").first()


class AssignForm(CaseForm):
    """Who handles the case."""

    def build(self):
        offices = Office.objects.visible_to(self.user).in_use().below(self.petition.office_id).order_by("code")
        names = dict(offices.values_list("code", "name"))
        people = User.objects.below(self.petition.office_id).filter(is_active=True)
        self.people = {
            one.pk: one for one in people.only("id", "display_name", "office_id", "role").order_by("office_id", "pk")
        }
        said = {
            str(pk): f"{one.display_name}（{names.get(one.office_id, one.office_id)}）"
            for pk, one in self.people.items()
        }
        handlers = {pk: said[pk] for pk in said if self.people[int(pk)].role in HOLDERS[Permission.HANDLE_PETITION]}
        leaders = {pk: said[pk] for pk in said if self.people[int(pk)].role in HOLDERS[Permission.APPROVE_REPLY]}
        self.fields |= {
            "officer": Choice(handlers, label="主办人", required=True, empty="请选择"),
            "section": Text(label="承办股室", max_length=30, required=False, widget=TextBox(width=12)),
            "assists": several(handlers, label="协办人", help_text="可以不选。调查核实可以请服务站协办。"),
            "lead_leader": Choice(leaders, label="包案领导", empty="不指定"),
        }

    def consequence(self):
        clock = running(self, "ANSWER", "REDO")
        due = f"，办结期限{spoken(clock.due_on)}" if clock and clock.due_on else ""
        return f"派件后由主办人办理{due}。再次派件的，原来的承办同时结束。"

    def arguments(self):
        data = self.cleaned_data
        officer = self.people[int(data["officer"])]
        leader = self.people.get(int(data["lead_leader"])) if data["lead_leader"] else None
        assists = [self.people[int(pk)] for pk in data["assists"] if pk != data["officer"]]
        return {"officer": officer, "office": office_of(officer.office_id), "section": data["section"], "assists": assists,
                "lead_leader": leader}  # fmt: skip


def several(table, *, label: str, help_text: str = ""):
    return forms.MultipleChoiceField(
        label=label, choices=list(table.items()), required=False, widget=CheckList(columns=2), help_text=help_text
    )


class RecordForm(CaseForm):
    """What was done."""

    def build(self):
        kinds = {name: label for name, label in Step.Kind.choices if name in RECORDS}
        self.fields |= {
            "kind": Radio(kinds, label="种类", required=True),
            "on_date": day("日期", self),
            "text": paragraph("办理情况", 4000, rows=6, help_text=f"{FACTS_ONLY}{NO_SECRETS}"),
        }

    def consequence(self):
        return "记录保存后不能修改；写错的再记一条更正。作出处理意见前，须有“听取陈述”和“调查核实”的记录。"


class ReplyForm(CaseForm):
    """What each matter comes to; the right to a review is printed by the system and cannot be changed here."""

    def build(self):
        rows = Matter.objects.visible_to(self.user).filter(petition=self.petition).order_by("no")
        self.matters = [one for one in rows if one.route in ("R5", "R6", "S") or (one.route == "R4" and one.is_kept)]
        offices = Office.objects.visible_to(self.user).in_use().below(self.user.office_id).order_by("code")
        names = dict(offices.values_list("code", "name"))
        names.setdefault(self.petition.office_id, str(office_of(self.petition.office_id)))
        for matter in self.matters:
            self.add_matter(matter, names)
        self.groups = [(f"事项{one.no}：{one.text[:30]}", tuple(self.names_of(one))) for one in self.matters]

    @staticmethod
    def names_of(matter: Matter) -> dict[str, str]:
        """Return {input: argument of the action}; the action speaks of matter_1 when it refuses."""
        no = matter.no
        names = {f"matter_{no}": "outcome", f"facts_{no}": "facts", f"reasons_{no}": "reasons", f"basis_{no}": "legal_basis",
                 f"decision_{no}": "decision"}  # fmt: skip
        # only what the petition procedure supports has to be carried out by a day (条例第三十二条)
        promised = {f"fulfil_by_{no}": "fulfil_by", f"fulfil_due_{no}": "fulfil_due_on"}
        return names | promised if matter.route == "R6" else names

    def add_matter(self, matter: Matter, offices: dict) -> None:
        no, labels = matter.no, dict(Matter.Outcome.choices)
        outcomes = {name: labels[name] for name in OUTCOMES[matter.route]}
        self.fields |= {
            f"matter_{no}": Radio(outcomes, label=f"事项{no}的办理结果", required=True, initial=matter.outcome,
                                  help_text=f"办理途径：{matter.get_route_display()}。"),
            f"facts_{no}": paragraph("查明的事实", 8000, rows=6, required=False, initial=matter.facts),
            f"reasons_{no}": paragraph("理由", 8000, rows=5, required=False, initial=matter.reasons),
            f"basis_{no}": paragraph("依据", 2000, rows=3, required=False, initial=matter.legal_basis, help_text=BASIS_HINT),
            f"decision_{no}": paragraph("处理意见", 2000, rows=3, required=False, initial=matter.decision,
                                        help_text="支持的，写明给予什么、怎样办。"),
        }  # fmt: skip
        if matter.route == "R6":
            self.add_promise(matter, offices)

    def add_promise(self, matter: Matter, offices: dict) -> None:
        no = matter.no
        self.fields |= {
            f"fulfil_by_{no}": Choice(offices, label="落实单位", empty="不涉及", initial=matter.fulfil_by_id or "",
                                      help_text="予以支持的必填。"),
            f"fulfil_due_{no}": day("落实期限", self, required=False, ahead=True),
        }  # fmt: skip
        self.fields[f"fulfil_due_{no}"].initial = matter.fulfil_due_on

    def consequence(self):
        clock = running(self, "ANSWER", "REDO")
        due = f"须在{spoken(clock.due_on)}前送出。" if clock and clock.due_on else ""
        return f"提交后由另一人签发，签发前本人不能再改。{due}申请复查的权利和期限由系统印在文书里，不用写。"

    def arguments(self):
        data = self.cleaned_data
        answers = {}
        for matter in self.matters:
            answers[matter.no] = {value: data[name] for name, value in self.names_of(matter).items()}
            if "fulfil_by" in answers[matter.no]:
                answers[matter.no]["fulfil_by"] = office_of(answers[matter.no]["fulfil_by"])
        return {"matters": answers}


def decided(matter: Matter) -> list[tuple[str, str]]:
    """Return what is proposed for one matter, row by row; what was left empty is left out."""
    told = "，".join(filter(None, (matter.get_route_display(), matter.procedure_name, matter.competent_body)))
    promised = f"{matter.fulfil_by.name}，{spoken(matter.fulfil_due_on)}前" if matter.fulfil_by_id else ""
    rows = [(f"事项{matter.no}", matter.text), ("办理途径", told), ("办理结果", matter.get_outcome_display()),
            ("查明的事实", matter.facts), ("理由", matter.reasons), ("依据", matter.legal_basis), ("处理意见", matter.decision),
            ("落实", promised)]  # fmt: skip
    return [(label, value) for label, value in rows if value]


class RulingForm(CaseForm):
    """Sign the drafts, or send them back."""

    def build(self):
        self.drafts = list(
            Notice.objects.visible_to(self.user)
            .filter(
                petition=self.petition, review=None, approved_by=None, returned_on=None, voided_on=None, issued_on=None
            )
            .order_by("kind", "pk")
        )
        self.fields |= {
            "ruling": Radio({"approve": "签发", "return": "退回修改"}, label="审签意见", required=True, columns=2),
            "reason": paragraph("退回原因", 500, rows=3, required=False, help_text="退回的必填。"),
        }

    def clean(self):
        data = self.cleaned_data
        if data.get("ruling") == "return" and not data.get("reason"):
            self.add_error("reason", "请写明退回原因。")
        return data

    def facts(self):
        """What is signed stands here in full: nobody signs a title."""
        petition, rows = self.petition, [("待签发的文书", "、".join(one.title for one in self.drafts) or "无")]
        if petition.pending_closing:
            proposed = (
                Step.objects.visible_to(self.user).filter(petition=petition, action="propose_closing").order_by("-pk")
            )
            rows += [
                ("办结方式", petition.get_pending_closing_display()),
                ("理由", getattr(proposed.first(), "text", "")),
            ]
        matters = (
            Matter.objects.visible_to(self.user).filter(petition=petition).select_related("fulfil_by").order_by("no")
        )
        return rows + [row for matter in matters for row in decided(matter)] + [
            (f"《{one.title}》补充", one.body) for one in self.drafts if one.body and not petition.pending_closing]  # fmt: skip

    def consequence(self):
        clock = running(self, "ANSWER", "REDO")
        due = f"签发后须在{spoken(clock.due_on)}前送出。" if clock and clock.due_on else ""
        return f"签发后取得文号，生成的文书不能再改。{due}起草人不能签发自己起草的文书。"
