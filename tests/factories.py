"""Plain functions that make rows for tests: realistic defaults, through the walls, as the person who would do it."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count

from django.db import transaction

from registry.derive import derived, ref_of
from registry.models import Category, Household, HouseholdMember, Identity, Person, Service
from registry.rules.ids import id_check_digit
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Role
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.bulk import reserve_ids
from veterans_portal.pgscope.scope import Scope, scope

NOON = datetime(2026, 9, 16, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
TODAY = date(2026, 9, 16)
TIERS = {4: "CITY", 6: "DISTRICT", 9: "TOWN", 12: "VILLAGE"}
NAMES = {
    "9901": "样例市退役军人事务局",
    "990101": "青禾区退役军人事务局",
    "990102": "北塘区退役军人事务局",
    "990101001": "柳桥街道退役军人服务站",
    "990101001001": "新荷社区退役军人服务站",
    "990101001002": "石井社区退役军人服务站",
    "990102001": "枫岭镇退役军人服务站",
    "990102001001": "枫岭村退役军人服务站",
}
_number = count(1)


@contextmanager
def as_(user):
    """Do something as this person would: her scope, one transaction."""
    with scope(scope_of(user)), transaction.atomic():
        yield


@contextmanager
def as_admin(role: str = "app_admin"):
    with scope(Scope(role, "", 0)), transaction.atomic():
        yield


def office(code: str, **over) -> Office:
    """Return the office, making it and everything above it when missing."""
    found = Office.objects.filter(pk=code).first()
    if found:
        return found
    above = office(code[: max(n for n in TIERS if n < len(code))]) if len(code) > 4 else None
    values = {"name": NAMES.get(code, f"{code}服务站"), "tier": TIERS[len(code)], "is_deciding": len(code) == 6} | over
    made = Office(code=code, parent=above, **values)
    made.settle_codes()
    with as_admin():
        made.save(force_insert=True)
    return made


def staff(office_: Office, role: str = Role.CLERK, **over) -> User:
    """Return a new account at an office, with its password already changed."""
    number = next(_number)
    values = {"username": f"staff{number}", "display_name": f"经办{number}"} | over
    user = User(office=office_, role=role, must_change_password=False, password_changed_at=datetime.now(UTC), **values)
    user.set_unusable_password()
    with as_admin():
        user.save(force_insert=True)
    return user


def id_number(born: str = "19540219", *, area: str = "430408", order: int | None = None, sex: str = "M") -> str:
    """Return a valid ID number; the order is odd for men."""
    order = next(_number) % 400 if order is None else order
    body = f"{area}{born}{2 * order + (1 if sex == 'M' else 0):03}"
    return body + id_check_digit(body)


def person(office_: Office, *, by: User | None = None, categories=("V02",), **over) -> Person:
    """Return a registered person of this office with open identities."""
    by = by or staff(office_, Role.OFFICER)
    values = {"name": "张卫东", "sex": "M", "born": "1954-02-19", "registered_on": date(2024, 5, 6)}
    values |= {"phone": "10055500217", "address": "新荷社区 3 网格 12 栋 402", "id_number": id_number()} | over
    if not values["id_number"]:
        values = values | {"id_number": None, "no_id_reason": over.get("no_id_reason", "TO_FIND")}
    for field in ("name", "id_number", "phone", "phone_alt"):
        values |= derived(field, values.get(field))
    with as_(by):
        pk = reserve_ids(Person, 1)[0]
        made = Person(pk=pk, ref=ref_of(pk), office=office_, created_at=NOON, created_by=by, **values)
        made.save(force_insert=True)
        for code in categories:
            identity(made, code, by=by)
    return made


def identity(person_: Person, code: str, *, by: User, **over) -> Identity:
    category = Category.objects.get(pk=code)
    return Identity.objects.create(
        person=person_, category=category, detail=category.detail, created_at=NOON, created_by=by, **over
    )


def service(person_: Person, *, by: User, **over) -> Service:
    values = {"kind": "CONSCRIPT", "enlisted": "1974-12", "discharged": "1978-03", "branch": "陆军"} | over
    with as_(by):
        return Service.objects.create(person=person_, created_at=NOON, created_by=by, **values)


def household(person_: Person, *, by: User, **over) -> Household:
    with as_(by):
        head = {"head_name": over.get("head_name", person_.name)}
        head |= derived("head_name", head["head_name"])
        made = Household.objects.create(office_id=person_.office_id, created_at=NOON, created_by=by, **(over | head))
        HouseholdMember.objects.create(
            office_id=person_.office_id,
            household=made,
            person=person_,
            name=person_.name,
            created_at=NOON,
            created_by=by,
        )
    return made
