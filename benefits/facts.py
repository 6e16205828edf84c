"""
What an office must know of the people it pays, in sets: people, enrolments, accounts, policy, and the ledger.

The one module that reads registry facts for money. Each loader is one statement, whatever the number of people; it goes
through the definer functions of benefits/sql, which check that the caller works at the paying office or above it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import orjson
from django.db import connection

from benefits.models import PolicyRule, Programme, StandardNotice
from benefits.rules.due import Claim
from benefits.rules.facts import Case, Death, Keys, MonthPaid, Notice, Part, Rule, Spell, Standard, Stop
from benefits.rules.facts import Programme as RuleProgramme
from benefits.rules.standards import Policy

MONTH_UNKNOWN = 4  # length of a date of death that names only the year


class Enrolled(NamedTuple):
    """A spell with what the rules do not need."""

    spell: Spell
    station: str
    review_on: date | None
    end_reason: str


class Account(NamedTuple):
    """A current account. `sealed` is opened only where a bank file is written."""

    id: int
    purpose: str
    holder_name: str
    bank_name: str
    bank_code: str
    sealed: bytes
    digest: bytes
    last4: str
    is_confirmed: bool


class Paid(NamedTuple):
    """One person as an office pays her; several dossiers that were merged are one. `aliases`: the keys of all of them."""

    person: int
    aliases: frozenset[int]
    office: str
    name: str
    born: str
    died: str
    cause: str
    categories: frozenset[str]
    is_moving: bool
    stops: tuple[Stop, ...]
    stop_kinds: frozenset[str]
    claims: tuple[Claim, ...]


class People(NamedTuple):
    """All people of a paying office. `accounts` by (person, purpose)."""

    paid: dict[int, Paid]
    enrolled: dict[int, list[Enrolled]]
    accounts: dict[tuple[int, str], Account]


def ask(sql: str, parameters: Iterable) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return cursor.fetchall()


def load_people(payer: str, since: date) -> People:
    """Return everybody whom this office pays, or paid in a month from `since` on. Three statements."""
    return People(load_paid(payer, since), load_enrolled(payer, since), load_accounts(payer, since))


def load_paid(payer: str, since: date) -> dict[int, Paid]:
    found: dict[int, Paid] = {}
    rows = ask(
        "SELECT person, kept, office, name, born, died, cause, categories, is_moving, stops, claims FROM benefit_facts(%s, %s)",
        [payer, since],
    )
    for alias, kept, office, name, born, died, cause, categories, is_moving, *listed in rows:
        stops, claims = (orjson.loads(text) if text else () for text in listed)
        own = Paid(kept, frozenset([alias]), office, name, born, died, cause, frozenset(categories), is_moving, tuple(map(stop_of, stops)),
                   frozenset(row[4] for row in stops), tuple(map(claim_of, claims)))  # fmt: skip
        known = found.get(kept)
        found[kept] = join(known, own) if known else own
    return found


def join(kept: Paid, merged: Paid) -> Paid:
    """The dossier that was kept, with what still hangs on one that was merged into it."""
    return kept._replace(
        aliases=kept.aliases | merged.aliases,
        born=max(kept.born, merged.born, key=len),
        died=kept.died or merged.died,
        cause=kept.cause or merged.cause,
        categories=kept.categories | merged.categories,
        is_moving=kept.is_moving or merged.is_moving,
        stops=kept.stops + merged.stops,
        stop_kinds=kept.stop_kinds | merged.stop_kinds,
        claims=kept.claims + merged.claims,
    )


def stop_of(row) -> Stop:
    programme, first, last, arrears, _ = row
    return Stop(programme, date.fromisoformat(first), date.fromisoformat(last) if last else None, arrears)


def claim_of(row) -> Claim:
    number, programme, months, remaining, agreed = row
    listed = frozenset(date.fromisoformat(f"{month}-01") for month in months.split())
    return Claim(number, programme, listed, Decimal(remaining), agreed)


def load_enrolled(payer: str, since: date) -> dict[int, list[Enrolled]]:
    found = defaultdict(list)
    rows = ask(
        "SELECT person, id, programme, category, office, month_from, month_to, grade, nature, period, residence, klass,"
        " service_years, is_lone_elder, route, station, review_on, end_reason FROM benefit_spells(%s, %s)",
        [payer, since],
    )
    for (
        person,
        number,
        programme,
        category,
        office,
        first,
        last,
        *keys,
        years,
        lone,
        route,
        station,
        review,
        end,
    ) in rows:
        spell = Spell(number, programme, category, office, first, last, Keys(*keys), years, lone, route)
        found[person].append(Enrolled(spell, station, review, end))
    return dict(found)


def load_accounts(payer: str, since: date) -> dict[tuple[int, str], Account]:
    rows = ask(
        "SELECT person, id, purpose, holder_name, bank_name, bank_code, account_number, account_digest, last4, is_confirmed"
        " FROM benefit_accounts(%s, %s)",
        [payer, since],
    )
    return {
        (person, purpose): Account(number, purpose, holder, bank, code, bytes(sealed), bytes(digest), last4, confirmed)
        for person, number, purpose, holder, bank, code, sealed, digest, last4, confirmed in rows
    }


def case_of(person: Paid, enrolled: Iterable[Enrolled]) -> Case:
    """Return the rules' view of a person. The month of death must be known; see MONTH_UNKNOWN."""
    return Case(person.person, tuple(one.spell for one in enrolled), person.stops, death_of(person))


def death_of(person: Paid) -> Death | None:
    if len(person.died) <= MONTH_UNKNOWN:
        return None
    day = date.fromisoformat((person.died + "-01")[:10])
    return Death(day.replace(day=1), day, person.cause)


# ---- policy ----------------------------------------------------------------------------------------------------------


def load_policy(*, with_notice: int | None = None, without_notice: int | None = None) -> Policy:
    """
    Return what is published, as the rules read it. Three statements.

    with_notice:    a draft to be treated as published, for a preview.
    without_notice: a document to be treated as withdrawn, for a preview.
    """
    programmes = [
        RuleProgramme(one.code, one.name, one.base_rule, tuple(one.required_keys), one.cents_anchor_month, one.display_order,
                      tuple(one.category_codes))
        for one in Programme.objects.filter(family=Programme.Family.RECURRING)
    ]  # fmt: skip
    notices, standards = load_standards(with_notice, without_notice)
    return Policy(programmes, notices, standards, load_rules())


def load_standards(with_notice: int | None, without_notice: int | None = None) -> tuple[list[Notice], list[Standard]]:
    """Documents without rows count too: a table that is not at hand leaves a gap that fails loudly."""
    found = StandardNotice.objects.filter(state=StandardNotice.State.PUBLISHED)
    if with_notice:
        found = found | StandardNotice.objects.filter(pk=with_notice)
    if without_notice:
        found = found.exclude(pk=without_notice)
    columns = ("id", "doc_no", "level", "jurisdiction", "effective_from", "published_on", "programme_codes", "components",
               "is_full_table")  # fmt: skip
    of_row = ("id", "programme_id", "amount_yuan", "unit", "key_grade", "key_nature", "key_period", "key_residence",
              "key_class", "component", "stacking")  # fmt: skip
    rows = found.order_by("id", "standards__id").values_list(*columns, *(f"standards__{name}" for name in of_row))
    notices, standards = {}, []
    for row in rows:
        number, doc_no, level, jurisdiction, since, published, codes, components, full = row[: len(columns)]
        notices[number] = Notice(number, doc_no, level, jurisdiction, since, published or since, tuple(codes),
                                 tuple(components), full)  # fmt: skip
        key, programme, amount, unit, *keys, component, stacking = row[len(columns) :]
        if key is not None:
            standards.append(Standard(key, number, programme, amount, unit, Keys(*keys), component, stacking))
    return list(notices.values()), standards


def load_rules() -> list[Rule]:
    return [
        Rule(one.rule, one.programme_id or "", one.category_code, one.other_programme_id or "", one.cause, one.value,
             one.jurisdiction, one.effective_from, one.effective_to, one.citation, one.source_mark)
        for one in PolicyRule.objects.filter(state=PolicyRule.State.PUBLISHED).order_by("pk")
    ]  # fmt: skip


# ---- the ledger ------------------------------------------------------------------------------------------------------


def load_history(payer: str, since: date, fresh: date, skipped: int) -> dict[tuple[int, str], str]:
    """
    Return {(person, programme): md5 of what was paid} from `since` on, without the batch `skipped`.

    fresh: the first month that must be untouched; a row of such a month always shows.
    """
    rows = ask("SELECT person, programme, months FROM benefit_history(%s, %s, %s, %s)", [payer, since, fresh, skipped])
    return {(person, programme): months for person, programme, months in rows}


def fingerprint(months: Iterable[tuple[date, Decimal]]) -> str:
    """The md5 that `benefit_history` gives when exactly these amounts were paid; months without money do not count."""
    text = ",".join(f"{month:%Y%m}:{amount:.2f}" for month, amount in months if amount)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Mark(NamedTuple):
    """
    The ledger of a person as one md5 of its rows.

    enrolment: that of all rows, None when there is none or more than one; is_plain: no row names any.
    """

    md5: str
    enrolment: int | None
    is_plain: bool


def load_marks(payer: str, since: date, skipped: int, people: Iterable[int]) -> dict[int, Mark]:
    """Return the ledgers of some people as marks: who has the same one was paid the same, row by row. One statement."""
    wanted = sorted(people)
    if not wanted:
        return {}
    rows = ask(
        "SELECT person, md5(string_agg(concat_ws('|', programme, month_on, kind, round_no, amount, parts, office), ';'"
        " ORDER BY programme, month_on, kind, round_no, amount, office)), count(enrolment) < count(*), min(enrolment), max(enrolment)"
        " FROM benefit_months(%s, %s, %s, %s) GROUP BY person",
        [payer, since, skipped, wanted],
    )
    return {
        person: Mark(md5, first if first == last and not has_gaps else None, first is None)
        for person, md5, has_gaps, first, last in rows
    }


def load_ledgers(
    payer: str, since: date, skipped: int, people: Iterable[int]
) -> dict[int, dict[tuple[str, date], MonthPaid]]:
    """Return the ledgers of some people, month by month, as the rules read them. One statement."""
    wanted = sorted(people)
    found: dict[int, dict[tuple[str, date], MonthPaid]] = defaultdict(dict)
    if not wanted:
        return found
    rows = ask(
        "SELECT person, programme, month_on, kind, round_no, amount, parts, office, enrolment"
        " FROM benefit_months(%s, %s, %s, %s)",
        [payer, since, skipped, wanted],
    )
    pieces: dict[tuple, list] = defaultdict(list)
    for person, programme, month, kind, number, amount, parts, office, enrolment in rows:
        row = [kind, number, amount, orjson.loads(parts), office, enrolment]
        pieces[person, programme, month].append(row)
    for (person, programme, month), rows_of_month in pieces.items():
        found[person][programme, month] = month_paid(rows_of_month)
    return found


def month_paid(rows: list) -> MonthPaid:
    """Sum the rows of one month. Parts are known only when every row knows them."""
    amount = sum((row[2] for row in rows), Decimal(0))
    kinds = {row[0] for row in rows}
    rounds = max(row[1] for row in rows)
    parts = sum_parts(row[3] for row in rows) if all(row[3] for row in rows) else ()
    _, _, _, _, office, enrolment = rows[-1]
    return MonthPaid(amount, "REGULAR" in kinds, parts, office, enrolment, "FUNERAL" in kinds, rounds)


def sum_parts(lists: Iterable) -> tuple[Part, ...]:
    sums: Mapping[tuple, Decimal] = defaultdict(Decimal)
    for parts in lists:
        for component, level, standard, _, _, amount in parts:
            sums[component, level, standard] += Decimal(amount)
    return tuple(Part(*key, amount) for key, amount in sorted(sums.items()) if amount)
