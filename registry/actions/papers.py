"""Verbs of printing: every paper about a person has a number, a maker and a trace."""

import secrets
from datetime import date, datetime

from django.utils import timezone

from registry.actions.exports import refuse_full
from registry.dossier_paper import paper_contexts
from registry.models import Matter, Person
from veterans_portal.accounts.models import AuditEvent, Office, ReadyFile, User
from veterans_portal.actions import action
from veterans_portal.printing import render_on_one_page, render_pdf
from veterans_portal.ready import ready_pdf


def print_number(at: datetime) -> str:
    """Return DY20260916-4F2A1C: the day, and what nobody can guess."""
    return f"DY{timezone.localtime(at):%Y%m%d}-{secrets.token_hex(3).upper()}"


@action
def print_dossier(*, person: Person, full: bool, reason: str, by: User, at: datetime, today: date) -> ReadyFile:
    """
    Print 一人一档 on one page; the file waits a day for the person who asked.

    full:   the whole ID number; needs EXPORT_FULL and a purpose of six characters.
    Raises: ValidationError: no right, no purpose, no typesetting library.
    """
    refuse_full(full, reason, by)
    found = Person.objects.visible_to(by).live().select_related("office", "livelihood").get(pk=person.pk)
    number = print_number(at)
    contexts = paper_contexts(found, by, full=full, number=number, at=at, today=today)
    pdf = render_on_one_page("registry/print_dossier.html", contexts)
    file = ready_pdf(pdf, f"一人一档_{found.ref}_{'完整' if full else '脱敏'}", by=by, at=at)
    AuditEvent.record(
        "DOSSIER_PRINTED", found, by=by, at=at, number=number, full=full, purpose=reason.strip(), sha256=file.sha256
    )
    return file


@action
def print_notice(*, matter: Matter, person: Person | None, by: User, at: datetime) -> ReadyFile:
    """Print 一次性告知单, two copies, for a person or with the name left blank. Raises ValidationError: no library."""
    number = print_number(at)
    context = {"matter": matter, "materials": lines_of(matter.materials), "conditions": lines_of(matter.conditions),
               "person": person, "office": by.office, "number": number, "now": at, "printed_by": by.display_name,
               "copies": ("第一联　交办事人", "第二联　服务站留存")}  # fmt: skip
    file = ready_pdf(render_pdf("registry/print_notice.html", context), f"一次性告知单_{matter.label}", by=by, at=at)
    AuditEvent.record("NOTICE_PRINTED", person, by=by, at=at, number=number, matter=matter.pk)
    return file


@action
def print_changes(*, context: dict, office: Office, rows: int, by: User, at: datetime) -> ReadyFile:
    """Print 变动表 of a period; `context` holds the rows the reader may see. Raises ValidationError: no library."""
    number = print_number(at)
    context = context | {"office": office, "number": number, "now": at, "printed_by": by.display_name}
    file = ready_pdf(render_pdf("registry/print_changes.html", context), f"人员变动表_{office.label}", by=by, at=at)
    AuditEvent.record("CHANGES_PRINTED", office, by=by, at=at, number=number, rows=rows)
    return file


@action
def print_handover(*, sections: list, office: Office, colleague: User | None, by: User, at: datetime) -> ReadyFile:
    """Print 交接清单 of what a colleague, or a whole station, leaves open. Raises ValidationError: no library."""
    number = print_number(at)
    context = {"sections": sections, "office": office, "colleague": colleague, "number": number, "now": at,
               "printed_by": by.display_name, "total": sum(len(section.rows) for section in sections)}  # fmt: skip
    file = ready_pdf(render_pdf("registry/print_handover.html", context), f"工作交接清单_{office.label}", by=by, at=at)
    AuditEvent.record(
        "HANDOVER_PRINTED",
        office,
        by=by,
        at=at,
        number=number,
        rows=context["total"],
        colleague=colleague and colleague.pk,
    )
    return file


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
