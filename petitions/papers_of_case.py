"""Papers of a case that are printed for a moment and signed by hand: the register form, the record of a hearing, the list of
what the file holds, and the consent to a referral. Frozen nowhere; each print is said in the trail."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from petitions.letters import petitioner_words
from petitions.models import Hearing, Matter, Notice, Petition, Petitioner, Reception, Step
from petitions.receipts import about_unit
from petitions.workflow import SIDE_VERBS, VERBS
from registry.models import AidReferral
from veterans_portal.accounts.models import Office, User
from veterans_portal.printing import render_pdf


class Entry(NamedTuple):
    """One line of the list of a file. on: day; by: name of who did it."""

    on: date
    name: str
    note: str
    by: str


class Paper(NamedTuple):
    """kind: as in petitions.notice_kinds, "" for none. facts: what the template speaks of beside the case."""

    title: str
    kind: str
    template: str
    facts: Callable[[Petition, User], dict]


def registration(petition: Petition, user: User) -> dict:
    people = Petitioner.objects.visible_to(user).filter(petition=petition).order_by("-is_lead", "pk")
    first = User.objects.names([petition.first_officer_id]).get(petition.first_officer_id, "")
    return {"petitioners": list(people), "first_officer": first}


def hearing(petition: Petition, user: User) -> dict:
    held = Hearing.objects.visible_to(user).filter(petition=petition).order_by("-pk").first() or Hearing()
    return {"hearing": held, "to": petitioner_words(petition)}


def catalogue(petition: Petition, user: User) -> dict:
    """Documents and deeds in the order of their days, and of the moments when they were written down."""
    notices = Notice.objects.visible_to(user).filter(petition=petition).exclude(issued_on=None)
    steps = Step.objects.visible_to(user).filter(petition=petition)
    names = User.objects.names(
        [*notices.values_list("drafted_by_id", flat=True), *steps.values_list("by_id", flat=True)]
    )
    lines = [(one.on_date, one.at, 0, one.pk, of_step(one, names)) for one in steps]
    lines += [(one.issued_on, one.created_at, 1, one.pk, of_notice(one, names)) for one in notices]
    return {"entries": [line[-1] for line in sorted(lines, key=lambda line: line[:4])]}


def of_step(step: Step, names: dict) -> Entry:
    verb = VERBS.get(step.action) or SIDE_VERBS.get(step.action)
    label = step.get_kind_display() if step.kind != "TRANSITION" else verb.label if verb else step.action
    return Entry(step.on_date, label, "", names.get(step.by_id, ""))


def of_notice(notice: Notice, names: dict) -> Entry:
    note = notice.document_number + ("（已作废）" if notice.voided_on else "")
    return Entry(notice.issued_on, f"《{notice.title}》", note, names.get(notice.drafted_by_id, ""))


PAPERS = {
    "registration": Paper("信访事项登记表", "N19", "n19_registration", registration),
    "hearing": Paper("听证笔录", "N19", "n19_hearing", hearing),
    "catalogue": Paper("案卷目录", "", "catalogue", catalogue),
}


def paper_pdf(paper: Paper, petition: Petition, *, user: User, now) -> bytes:
    """Return one of PAPERS. Raises PrintingUnavailable."""
    matters = Matter.objects.visible_to(user).filter(petition=petition).order_by("no")
    return printed(paper.template, petition.office_id, user, now, petition=petition, matters=list(matters),
                   **paper.facts(petition, user))  # fmt: skip


def printed(template: str, office_id: str, user: User, now, **facts) -> bytes:
    context = about_unit(office_id) | {"printed_by": user.display_name, "now": now} | facts
    return render_pdf(f"petitions/letters/{template}.html", context)


def reception_pdf(row: Reception, *, user: User, now) -> bytes:
    """Return 接待登记单 of an entry as the view has prepared it. Raises PrintingUnavailable."""
    return printed("n19_reception", row.office_id, user, now, row=row)


def consent_pdf(*, person: Petitioner, need_code: str, note: str, to_office: Office, user: User, now) -> bytes:
    """Return 帮扶转介同意书: exactly what will leave, to whom, and that it can be taken back. Raises PrintingUnavailable."""
    need = dict(AidReferral._meta.get_field("need_code").choices)[need_code]
    return printed("n20", user.office_id, user, now, person=person, need=need, note=note, to_office=to_office.name,
                   leaves=leaving(person))  # fmt: skip


def leaving(person: Petitioner) -> str:
    """Say what a referral takes along."""
    return f"{'人员档案' if person.person_id else '姓名、联系电话'}、需要、说明"


def offered(*, has_documents: bool, may_hear: bool) -> Iterable[tuple[str, str]]:
    """Return (address, title) of what the page of a case offers to print: a hearing only where one may be held."""
    fits = {"registration": True, "hearing": may_hear, "catalogue": has_documents}
    return [(name, paper.title) for name, paper in PAPERS.items() if fits[name]]
