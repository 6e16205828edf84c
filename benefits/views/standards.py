"""补助标准: the tables in force in a month, level beside level; and what one person is owed in one month, in words."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from benefits.facts import load_policy
from benefits.forms.notices import LookupForm, StandardsForm
from benefits.models import Enrolment, Standard
from benefits.models.enrolments import IN_FORCE
from benefits.models.programmes import Programme
from benefits.rules.facts import LEVEL_NAMES, LEVELS, Spell, StandardMissing
from benefits.rules.money import month_of
from benefits.rules.standards import Policy, components_for, describe_keys, month_amount
from benefits.rules.tables import in_force
from benefits.standing import expected, grade_words
from benefits.views.notices import may_enter
from registry.models import Person
from veterans_portal.accounts.permissions import Permission, requires


def recurring(user) -> dict[str, str]:
    rows = Programme.objects.visible_to(user).filter(is_active=True).order_by("display_order", "code")
    return dict(rows.exclude(family=Programme.Family.AID).values_list("code", "name"))


@requires(Permission.READ_BENEFITS)
@require_GET
def standards(request):
    """The tables of one programme in one month; amounts of each level stand side by side."""
    today, programmes = timezone.localdate(), recurring(request.user)
    first = {"programme": next(iter(programmes), ""), "month": f"{today:%Y-%m}"}
    form = StandardsForm(first | request.GET.dict(), programmes=programmes, today=today)
    rows, chosen = [], ""
    if form.is_valid():
        chosen = form.cleaned_data["programme"]
        rows = side_by_side(load_policy(), chosen, form.cleaned_data["month"], request.user.office_id)
    context = {"form": form, "rows": rows, "levels": [(level, LEVEL_NAMES[level]) for level in LEVELS], "may_enter": may_enter(request.user),
               "name": programmes.get(chosen, "")}  # fmt: skip
    return render(request, "benefits/standards.html", context, status=422 if form.errors else 200)


def side_by_side(policy: Policy, programme: str, month, office: str) -> list[dict]:
    """Return one row a place (component and keys), with the amount and document of each level that holds at this office."""
    found: dict[tuple, dict] = {}
    components, units = dict(Standard.Component.choices), dict(Standard.Unit.choices)
    for level in LEVELS:
        places = {
            one.jurisdiction
            for one in policy.notices.values()
            if one.level == level and office.startswith(one.jurisdiction)
        }
        for place in sorted(places):
            for row in in_force(policy, [programme], level, place, month):
                line = found.setdefault((row.component, row.keys), {
                    "component": components[row.component], "keys": describe_keys(row.keys) or "不分档", "cells": dict.fromkeys(LEVELS),
                })  # fmt: skip
                line["cells"][level] = {"amount": row.amount, "unit": units[row.unit], "is_total": row.stacking == "TOTAL",
                                        "doc_no": policy.notices[row.notice].doc_no, "notice": row.notice}  # fmt: skip
    return [line | {"cells": list(line["cells"].values())} for line in found.values()]


# ---- 测算 --------------------------------------------------------------------------------------------------------------


@requires(Permission.READ_BENEFITS)
@require_GET
def lookup(request):
    """这个人这个月该发多少: by the keys of a person's benefits, or by keys that are chosen here."""
    today = timezone.localdate()
    data = {"month": f"{today:%Y-%m}"} | request.GET.dict() if request.GET else None
    form = LookupForm(data, programmes=recurring_only(request.user), today=today, initial={"month": f"{today:%Y-%m}"})
    answers, person = [], None
    if form.is_valid():
        policy = load_policy()
        if form.cleaned_data["person"]:
            person = (
                Person.objects.visible_to(request.user).live().filter(ref=form.cleaned_data["person"].strip()).first()
            )
            answers = answers_of(person, request.user, form.cleaned_data["month"], policy) if person else []
            if person is None:
                form.add_error("person", "没有找到这个档案号，请核对。")
        else:
            answers = [answer_of_keys(form, policy, request.user)]
    context = {"form": form, "answers": answers, "person": person, "asked": form.is_bound and not form.errors,
               "standards_url": reverse("benefits:standards")}  # fmt: skip
    return render(request, "benefits/lookup.html", context, status=422 if form.errors else 200)


def recurring_only(user) -> dict[str, str]:
    rows = Programme.objects.visible_to(user).filter(family=Programme.Family.RECURRING, is_active=True)
    return dict(rows.order_by("display_order", "code").values_list("code", "name"))


def answers_of(person: Person, user, month, policy: Policy) -> list[dict]:
    """Return the answer of every benefit in force of a person in a month."""
    rows = list(
        Enrolment.objects.visible_to(user)
        .filter(person=person, state__in=IN_FORCE)
        .select_related("programme")
        .order_by("pk")
    )
    held = [row for row in rows if row.month_from <= month and (row.month_to is None or month <= row.month_to)]
    found = []
    for row in held:
        worth = expected(row, [other for other in held if other is not row], month, policy)
        lines = [f"{one.level} {one.component} {one.amount:.2f} 元，依据 {one.doc_no}" for one in worth.pieces]
        found.append(
            {
                "title": grade_words(row),
                "amount": worth.amount,
                "missing": worth.missing,
                "lines": [*lines, *worth.notes],
            }
        )
    return found


def answer_of_keys(form: LookupForm, policy: Policy, user) -> dict:
    """Return the parts of one month for keys nobody in particular has, with the arithmetic in words."""
    data = form.cleaned_data
    code, month, name = data["programme"], month_of(data["month"]), form.programmes[data["programme"]]
    spell = Spell(0, code, "", user.office_id, month, None, form.keys(), data["service_years"], data["is_lone_elder"])
    title = " ".join(filter(None, (name, describe_keys(spell.keys))))
    try:
        parts = components_for(policy, spell, month)
    except StandardMissing as gap:
        return {"title": title, "amount": None, "missing": str(gap), "lines": []}
    labels = dict(Standard.Component.choices)
    lines = []
    for part in parts:
        row = policy.standards[part.standard]
        own = month_amount(row, month, spell.service_years, policy.programmes[code].anchor)
        cut = f"，扣除上级已发后 {part.amount:.2f} 元" if part.amount != own else ""
        lines.append(f"{LEVEL_NAMES[part.level]} {labels[part.component]} {own:.2f} 元{cut}：{arithmetic(row, spell.service_years)}，"
                     f"依据 {policy.notices[row.notice].doc_no}")  # fmt: skip
    return {"title": title, "amount": sum(part.amount for part in parts), "missing": "", "lines": lines}


def arithmetic(row, service_years: int | None) -> str:
    """10,908.00 元/年 ÷ 12，分按累计四舍五入: how a standard becomes a month's money."""
    units = dict(Standard.Unit.choices)
    text = f"{row.amount:,.2f} {units[row.unit]}"
    if "SERVICE_YEAR" in row.unit:
        text += f" × {service_years} 年"
    if row.unit.startswith("PER_YEAR"):
        text += " ÷ 12，分按累计四舍五入"
    return text + ("（总额，含上级）" if row.stacking == "TOTAL" else "")
