"""What the pages of the plaque ledger count and list: tallies, coverage of stations, people without a household."""

from datetime import date

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from registry.models import Household, HouseholdMember, Identity, Person, Plaque
from registry.models.plaque import ON_THE_WALL
from veterans_portal.accounts.models import Office

WAITING_FOR_APPROVAL = ("EXCHANGE", "LOST")
VIEWS = {
    "wall": ("在挂", Q(state__in=ON_THE_WALL)),
    "pending": ("待悬挂", Q(state="PENDING")),
    "held": ("已发未挂", Q(state="HELD")),
    "verify": ("待核实", Q(state="TO_VERIFY")),
    "approve": ("更换待批、遗失", Q(state__in=WAITING_FOR_APPROVAL)),
    "closed": ("已更换、已收回", Q(state__in=("REPLACED", "WITHDRAWN"))),
}


def due_households(user, on: date, office: str = ""):
    """应挂未挂, part one: households with a right to a plaque on the day and none on the books."""
    rows = Household.objects.visible_to(user).below(office or user.office_id)
    return rows.due_for_plaque(on).filter(has_active_plaque=False)


def unhoused(user, office: str = ""):
    """People whose category gives a right to a plaque and who belong to no household yet."""
    held = Identity.objects.visible_to(user).open().filter(person=OuterRef("pk"))
    basis = held.filter(
        Q(category__plaque_basis="AUTO") | Q(category__plaque_basis="APPLY", is_certificate_holder=True)
    )
    housed = HouseholdMember.objects.visible_to(user).live().filter(person=OuterRef("pk"), left_on=None)
    rows = Person.objects.visible_to(user).below(office or user.office_id).in_registry()
    return rows.filter(Exists(basis), ~Exists(housed))


def tally(user, current: str) -> list[dict]:
    """Return the tabs of the ledger with their numbers, and the way to 应挂未挂."""
    rows = Plaque.objects.visible_to(user).live()
    numbers = rows.aggregate(**{name: Count("pk", filter=condition) for name, (_, condition) in VIEWS.items()})
    url = reverse("registry:plaques")
    return [
        {"n": numbers[name], "label": label, "url": f"{url}?view={name}", "current": name == current,
         "state": "soon" if name in ("approve", "verify") and numbers[name] else ""}
        for name, (label, _) in VIEWS.items()
    ]  # fmt: skip


# One pass a table: households with a right (due), and those of them with a plaque on the wall. A household counts at the
# station that keeps it; the range of the reader is the policy's.
COVERAGE = """
WITH due AS (
  SELECT DISTINCT m.household_id, m.office_id FROM registry_householdmember m
  JOIN registry_person p ON p.id = m.person_id AND p.voided_by_batch_id IS NULL
    AND (p.status = 'ACTIVE' OR (p.status = 'DECEASED' AND p.died_earliest > %(on)s))
  JOIN registry_identity i ON i.person_id = p.id AND i.voided_by_batch_id IS NULL
    AND ((i.standing IN ('CLAIMED', 'CONFIRMED') AND i.ended = '') OR (i.standing = 'ENDED' AND i.ended_earliest > %(on)s))
    AND (i.started = '' OR i.started_earliest <= %(on)s)
  JOIN registry_category c ON c.code = i.category_id
    AND (c.plaque_basis = 'AUTO' OR (c.plaque_basis = 'APPLY' AND i.is_certificate_holder))
  WHERE (m.left_on IS NULL OR m.left_on > %(on)s) AND m.voided_by_batch_id IS NULL AND m.person_id IS NOT NULL
    AND m.office_id >= %(low)s AND m.office_id < %(high)s
), hung AS (
  SELECT household_id, office_id, state FROM registry_plaque
  WHERE voided_by_batch_id IS NULL AND state = ANY (%(active)s) AND office_id >= %(low)s AND office_id < %(high)s
)
SELECT office_id, sum(due)::int, sum(covered)::int, sum(wall)::int FROM (
  SELECT d.office_id, 1 AS due, (h.state = ANY (%(wall)s))::int AS covered, 0 AS wall
    FROM due d LEFT JOIN hung h USING (household_id)
  UNION ALL
  SELECT office_id, 0, 0, 1 FROM hung WHERE state = ANY (%(wall)s)
) rows GROUP BY office_id ORDER BY office_id
"""


def coverage(user, office: Office, on: date) -> list[dict]:
    """
    Return per station: households with a right on the day, those of them whose plaque hangs, all plaques on the wall.

    One statement, whatever the size; each number is the length of the list that its link opens.
    """
    from veterans_portal.pgscope.scope import after

    given = {"low": office.pk, "high": after(office.pk), "on": on, "wall": list(ON_THE_WALL),
             "active": ["TO_VERIFY", "PENDING", "HELD", "HUNG", "EXCHANGE", "LOST", "KEPT"]}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(COVERAGE, given)
        counted = {code: (due, covered or 0, wall) for code, due, covered, wall in cursor.fetchall()}
    names = dict(Office.objects.visible_to(user).below(office.pk).filter(code__in=counted).values_list("code", "name"))
    return [
        {"code": code, "name": names.get(code, code), "due": due, "covered": covered, "wall": wall,
         "unhung": due - covered, "percent": covered * 100 // due if due else 100}
        for code, (due, covered, wall) in sorted(counted.items())
    ]  # fmt: skip
