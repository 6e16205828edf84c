"""
工作交接清单: what somebody who leaves has not finished, for the one who takes over.

SECTIONS is the list of what counts; another part of the registry adds its own function to it.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from django.utils import timezone

from registry import prompt_facts
from registry.models import AidReferral, Card, ChangeRequest, ImportBatch, Move, Person, Plaque
from registry.reference_prompts import LABELS
from veterans_portal.accounts.models import User
from veterans_portal.formats import pd
from veterans_portal.pgscope.scope import after

MOST = 500  # lines of one section on paper
COLUMNS = [("种类", 14), ("事项", 30), ("对象", 20), ("状态", 14), ("开始", 12), ("经手人", 10)]


class Line(NamedTuple):
    """One thing that is open: what, about whom, where it stands, since when, in whose hands."""

    what: str
    about: str
    state: str
    since: date
    maker: int
    person: int | None = None  # whose name and 档案号 take the place of `about`


class Section(NamedTuple):
    """All open things of one kind."""

    title: str
    rows: list[Line]


def of_colleague(rows, colleague: User | None, field: str = "created_by"):
    return rows if colleague is None else rows.filter(**{field: colleague})


def moves(user, office: str, colleague) -> Section:
    rows = Move.objects.visible_to(user).pending().filter(office__gte=office, office__lt=after(office))
    rows = of_colleague(rows, colleague).select_related("to_office").order_by("pk")
    return Section("站间迁移", [
        Line(f"{pd(row.moved_on)}迁往{row.to_office.label}" if row.direction == "PUSH" else f"请求迁入{row.to_office.label}",
             row.asked_name if row.direction == "PULL" else "", row.get_state_display(), timezone.localdate(row.created_at), row.created_by_id,
             row.person_id if row.direction == "PUSH" else None)
        for row in rows[:MOST]
    ])  # fmt: skip


def changes(user, office: str, colleague) -> Section:
    rows = ChangeRequest.objects.visible_to(user).below(office).live().filter(state__in=("PROPOSED", "RETURNED"))
    rows = of_colleague(rows, colleague, "proposed_by").order_by("pk")
    return Section("变更申请", [
        Line(row.get_kind_display(), "", row.get_state_display(), timezone.localdate(row.proposed_at), row.proposed_by_id,
             row.person_id)
        for row in rows[:MOST]
    ])  # fmt: skip


def imports(user, office: str, colleague) -> Section:
    State = ImportBatch.State
    rows = (
        ImportBatch.objects.visible_to(user)
        .below(office)
        .filter(state__in=(State.MAPPING, State.CHECKED, State.PARTLY))
    )
    return Section("没有导完的台账", [
        Line(row.file_name, f"{row.held_rows} 行待处理", row.get_state_display(), timezone.localdate(row.created_at), row.created_by_id)
        for row in of_colleague(rows, colleague).order_by("pk")[:MOST]
    ])  # fmt: skip


def cards(user, office: str, colleague) -> Section:
    over = (Card.State.ISSUED, Card.State.REPLACING, Card.State.CLOSED)
    rows = Card.objects.visible_to(user).below(office).live().exclude(state__in=over)
    return Section("在办优待证", [
        Line(row.get_kind_display(), "", row.get_state_display(), row.state_since, row.created_by_id, row.person_id)
        for row in of_colleague(rows, colleague).order_by("state_since", "pk")[:MOST]
    ])  # fmt: skip


def plaques(user, office: str, colleague) -> Section:
    waiting = ("TO_VERIFY", "PENDING", "HELD", "EXCHANGE", "LOST")
    rows = Plaque.objects.visible_to(user).below(office).live().filter(state__in=waiting).select_related("household")
    return Section("待办光荣牌", [
        Line(f"牌号 {row.serial}" if row.serial else "没有牌号", f"户主 {row.household.head_name}", row.get_state_display(),
             timezone.localdate(row.asked_at or row.created_at), row.asked_by_id or row.created_by_id)
        for row in of_colleague(rows, colleague).order_by("pk")[:MOST]
    ])  # fmt: skip


def referrals(user, office: str, colleague) -> Section:
    rows = AidReferral.objects.visible_to(user).live().filter(state__in=("OPEN", "TAKEN"))
    rows = of_colleague(rows.filter(from_office__gte=office, from_office__lt=after(office)), colleague).order_by("pk")
    return Section("服务站转介", [
        Line(f"{row.get_need_code_display()}，{row.number}", row.name or "", row.get_state_display(),
             timezone.localdate(row.created_at), row.created_by_id, row.person_id)
        for row in rows[:MOST]
    ])  # fmt: skip


def prompts(user, office: str, today: date) -> Section:
    """What falls due is in nobody's hands: it goes to whoever takes over."""
    found = [line for line in prompt_facts.to_do(user, today) if office <= line.person.office_id < after(office)]
    return Section("到期提醒", [
        Line(LABELS[line.prompt.kind], "", f"{line.prompt.due_on:%Y-%m-%d} 到期", line.prompt.due_on, 0, line.person.pk)
        for line in found[:MOST]
    ])  # fmt: skip


SECTIONS: list[Callable[..., Section]] = [moves, changes, imports, cards, plaques, referrals]


def pack(user, office: str, colleague: User | None, today: date) -> list[Section]:
    """Return what is open at an office and below it, or only what went through a colleague's hands; a query each."""
    sections = [section(user, office, colleague) for section in SECTIONS] + [prompts(user, office, today)]
    keys = {line.person for section in sections for line in section.rows if line.person}
    found = Person.objects.visible_to(user).filter(pk__in=keys).values_list("pk", "name", "ref") if keys else ()
    names = {pk: f"{name}（{ref}）" for pk, name, ref in found}
    return [section._replace(rows=[named(line, names) for line in section.rows]) for section in sections]


def named(line: Line, names: dict[int, str]) -> Line:
    return line._replace(about=names.get(line.person, "已迁往外站")) if line.person else line


def table_rows(sections: list[Section], names: dict[int, str]) -> list[tuple]:
    """Return the lines of all sections as the Excel file has them."""
    return [
        (section.title, line.what, line.about, line.state, f"{line.since:%Y-%m-%d}", names.get(line.maker, ""))
        for section in sections
        for line in section.rows
    ]


def makers(sections: list[Section], known: dict[int, str]) -> dict[int, str]:
    """Return the names of those through whose hands it went; only whoever the page does not know yet is asked for."""
    missing = {line.maker for section in sections for line in section.rows if line.maker} - set(known)
    return known | (User.objects.names(missing) if missing else {})
