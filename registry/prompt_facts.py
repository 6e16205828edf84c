"""
The facts of prompts for one person or for everybody of an office: one statement, whatever the size.

The first half finds the people for whom something may fall due between two days, coarsely and by index; the rule in
rules.prompts decides. The second half gathers what is known of them. Sealed columns are not touched.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from registry import living_codes
from registry.reference_prompts import KEPT_DAYS, terms_on, windows_on
from registry.rules.prompts import Facts, Held, Paper, Prompt, Served, falling_due, prompts
from veterans_portal.pgscope.scope import after

ONE = "SELECT %(person)s::bigint AS id"
IN_RANGE = "{0}office_id >= %(low)s AND {0}office_id < %(high)s AND {0}voided_by_batch_id IS NULL"
MANY = f"""
  SELECT p.id FROM registry_person p WHERE {IN_RANGE.format("p.")} AND p.status = 'ACTIVE'
     AND (p.born_earliest BETWEEN %(old_first)s AND %(old_last)s OR p.born_earliest BETWEEN %(young_first)s AND %(young_last)s)
     AND EXISTS (SELECT FROM registry_identity i WHERE i.person_id = p.id AND i.ended = '' AND i.voided_by_batch_id IS NULL
                   AND (i.category_id IN ('V00', 'V02') OR i.detail = 'SURVIVOR'))
  UNION SELECT person_id FROM registry_document WHERE {IN_RANGE.format("")} AND voided_at IS NULL
     AND valid_to BETWEEN %(first)s AND %(last)s
  UNION SELECT person_id FROM registry_identity WHERE {IN_RANGE.format("")} AND ended = ''
     AND review_on BETWEEN %(first)s AND %(last)s
  UNION SELECT s.person_id FROM registry_service s JOIN registry_identity i ON i.person_id = s.person_id AND i.ended = ''
     AND i.detail = 'DISABILITY' WHERE {IN_RANGE.format("s.")} AND s.discharged_earliest BETWEEN %(left_first)s AND %(left_last)s
  UNION SELECT person_id FROM registry_statuschange WHERE {IN_RANGE.format("")} AND kind = 'DEATH' AND evidence_id IS NULL
     AND created_at >= %(died_first)s AND created_at < %(died_last)s
  UNION SELECT person_id FROM registry_card WHERE {IN_RANGE.format("")} AND state = 'READY'
     AND state_since BETWEEN %(ready_first)s AND %(ready_last)s
  UNION SELECT q.holder_id FROM registry_plaque q JOIN registry_plaqueround r ON r.id = q.round_id
     WHERE {IN_RANGE.format("q.")} AND q.state = 'PENDING' AND r.due_on BETWEEN %(first)s AND %(last)s
"""
KNOWN = """SELECT p.id, p.ref, p.name, p.office_id, p.born, p.status,
  (SELECT json_agg(json_build_array(i.category_id, c.kind, i.detail, i.relation, coalesce(f.kind, ''), i.review_on, c.label)
                   ORDER BY i.id) FROM registry_identity i JOIN registry_category c ON c.code = i.category_id
     LEFT JOIN registry_fallen f ON f.id = i.fallen_id
     WHERE i.person_id = p.id AND i.voided_by_batch_id IS NULL AND i.ended = '' AND i.standing IN ('CLAIMED', 'CONFIRMED')),
  (SELECT json_agg(json_build_array(s.kind, s.enlisted, s.discharged, coalesce(nullif(s.enlist_hukou, ''), p.hukou_type))
                   ORDER BY s.id) FROM registry_service s WHERE s.person_id = p.id AND s.voided_by_batch_id IS NULL),
  (SELECT json_agg(json_build_object('pk', d.id, 'kind', d.kind, 'file_name', d.file_name, 'number', d.number, 'issuer', d.issuer,
                   'valid_to', d.valid_to, 'created_at', d.created_at) ORDER BY d.id DESC)
     FROM registry_document d WHERE d.person_id = p.id AND d.voided_by_batch_id IS NULL AND d.voided_at IS NULL),
  (SELECT s.created_at FROM registry_statuschange s WHERE s.person_id = p.id AND s.kind = 'DEATH' AND s.evidence_id IS NULL
     AND s.voided_by_batch_id IS NULL ORDER BY s.id DESC LIMIT 1),
  (SELECT json_agg(json_build_object('pk', k.id, 'kind', k.kind, 'state', k.state, 'applied_on', k.applied_on,
                   'state_since', k.state_since, 'issued_on', k.issued_on, 'closed_reason', k.closed_reason) ORDER BY k.id DESC)
     FROM registry_card k WHERE k.person_id = p.id AND k.voided_by_batch_id IS NULL),
  (SELECT json_agg(json_build_object('pk', q.id, 'serial', q.serial, 'state', q.state, 'hung', q.hung, 'place', q.place,
                   'is_holder', q.holder_id = p.id, 'due_on', r.due_on) ORDER BY q.id DESC)
     FROM registry_plaque q LEFT JOIN registry_plaqueround r ON r.id = q.round_id
     WHERE q.voided_by_batch_id IS NULL AND (q.holder_id = p.id OR q.household_id = (SELECT m.household_id
       FROM registry_householdmember m WHERE m.person_id = p.id AND m.left_on IS NULL AND m.voided_by_batch_id IS NULL))),
  (SELECT json_agg(json_build_array(t.kind, t.due_on)) FROM registry_promptdone t
     WHERE t.person_id = p.id AND t.voided_by_batch_id IS NULL)
FROM registry_person p
WHERE p.id IN ({hits}) AND p.office_id >= %(low)s AND p.office_id < %(high)s AND p.voided_by_batch_id IS NULL
  AND p.status <> 'MERGED'
ORDER BY p.id
"""


class Known(NamedTuple):
    """One person with what her dossier shows of papers, cards and plaques, and the facts a prompt follows from."""

    pk: int
    ref: str
    name: str
    office_id: str
    papers: list[dict]
    cards: list[dict]
    plaques: list[dict]
    facts: Facts


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def asked(hits: str, given: dict) -> list[Known]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN.replace("{hits}", hits), given)
        return [known(*row) for row in cursor.fetchall()]


def known(pk, ref, name, office, born, status, identities, services, papers, death, cards, plaques, done) -> Known:
    """Make the facts of one row."""
    papers, cards, plaques = papers or [], cards or [], plaques or []
    ready = [day(one["state_since"]) for one in cards if one["state"] == "READY"]
    rounds = [day(one["due_on"]) for one in plaques if one["state"] == "PENDING" and one["is_holder"] and one["due_on"]]
    facts = Facts(
        born=born,
        is_active=status == "ACTIVE",
        is_dead=status == "DECEASED",
        identities=tuple(Held(*one[:5], day(one[5]), one[6]) for one in identities or []),
        services=tuple(Served(*one) for one in services or []),
        papers=tuple(
            Paper(one["kind"], day(one["valid_to"]), one["pk"], living_codes.DOCUMENT_KIND[one["kind"]])
            for one in papers
        ),
        death_recorded_on=death and timezone.localdate(death),
        card_ready_since=ready[0] if ready and status == "ACTIVE" else None,
        plaque_due_on=rounds[0] if rounds else None,
        done=frozenset((kind, date.fromisoformat(due)) for kind, due in done or []),
    )
    return Known(pk, ref, name, office, papers, cards, plaques, facts)


def of_person(pk: int, user) -> Known | None:
    """Return what is known of one person within the reader's range."""
    found = asked(ONE, {"person": pk, "low": user.office_id, "high": after(user.office_id)})
    return found[0] if found else None


def born_between(first: date, last: date, years: int) -> tuple[date, date]:
    """Whole months around, so that no end of February is lost."""
    return first.replace(year=first.year - years, day=1), last.replace(year=last.year - years, day=1) + timedelta(31)


def midnight(of: date) -> datetime:
    return timezone.make_aware(datetime.combine(of, time.min))


def of_office(user, first: date, last: date) -> list[Known]:
    """Return the people of the reader's range for whom something may fall due between two days."""
    terms = terms_on(last)
    old, young = (born_between(first, last, years) for years in (terms.rural_age, terms.survivor_age))
    given = {
        "low": user.office_id, "high": after(user.office_id), "first": first, "last": last, "old_first": old[0],
        "old_last": old[1], "young_first": young[0], "young_last": young[1],
        "left_first": first - timedelta(terms.transfer_days), "left_last": last - timedelta(terms.transfer_days),
        "died_first": midnight(first - timedelta(terms.death_days)), "died_last": midnight(last - timedelta(terms.death_days - 1)),
        "ready_first": first - timedelta(terms.idle_days + 1), "ready_last": last - timedelta(terms.idle_days + 1),
    }  # fmt: skip
    return asked(MANY, given)


@dataclass
class Line:
    """A prompt of a person, as lists show it; `station` is filled by the page."""

    person: Known
    prompt: Prompt
    station: str = ""


def ordered(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.prompt.due_on, line.prompt.kind, line.person.pk))


def to_do(user, today: date) -> list[Line]:
    """Return what is to do now in the reader's range, the earliest day first."""
    ahead, terms = windows_on(today), terms_on(today)
    people = of_office(user, today - timedelta(KEPT_DAYS), today + timedelta(max(ahead.values())))
    return ordered([Line(one, prompt) for one in people
                    for prompt in prompts(one.facts, on=today, ahead=ahead, terms=terms, kept_days=KEPT_DAYS)])  # fmt: skip


def in_month(user, first: date, last: date) -> list[Line]:
    """Return what falls due in a month, dealt with or not yet listed."""
    terms = terms_on(last)
    return ordered([Line(one, prompt) for one in of_office(user, first, last)
                    for prompt in falling_due(one.facts, first=first, last=last, terms=terms)])  # fmt: skip
