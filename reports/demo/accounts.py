"""Offices and logins of the demo district, made by its two administrators."""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import transaction

from reports.demo.district import CITY, Place, keeper_name
from veterans_portal.accounts.actions.offices import import_offices
from veterans_portal.accounts.actions.sessions import change_own_password
from veterans_portal.accounts.actions.users import create_user, grant_role
from veterans_portal.accounts.demo_logins import DEMO_LOGINS, DemoLogin
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import ADMIN_ROLES, Role
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import Scope, scope


@contextmanager
def working_as(user: User):
    """Do something as this person would: her scope, one transaction."""
    with scope(scope_of(user, request_id="load_demo")), transaction.atomic():
        yield


def found(username: str) -> User | None:
    return User.objects.select_related("office").filter(username=username).first()


def as_office(place: Place, number: int) -> dict:
    return {
        "code": place.code,
        "name": place.full_name,
        "short_name": place.name,
        "tier": place.tier,
        "parent_id": place.parent or None,
        "is_deciding": place.tier == Office.Tier.DISTRICT,
        "phone": f"100 5550 {number:04}",
    }


def found_city(city: Place, at: datetime) -> None:
    """Make the root office and the administrators: nobody is there yet who could."""
    with scope(Scope("app_admin")), transaction.atomic():
        if not Office.objects.filter(pk=CITY).exists():
            office = Office(**as_office(city, 1))
            office.settle_codes()
            office.save(force_insert=True)
        for login in DEMO_LOGINS:
            if login.role in ADMIN_ROLES and found(login.username) is None:
                user = User(username=login.username, display_name=login.display_name, office_id=CITY, role=login.role)
                user.must_change_password, user.password_changed_at = False, at
                user.set_password(settings.DEMO_PASSWORD)
                user.save(force_insert=True)


def make_offices(places: list[Place], at: datetime) -> None:
    """Make the offices that are missing, the first of `places` being the city."""
    found_city(places[0], at)
    known = set(Office.objects.values_list("pk", flat=True))
    rows = [as_office(place, number) for number, place in enumerate(places, 1) if place.code not in known]
    if rows:
        with working_as(admin := found("admin")):
            import_offices(rows=rows, by=admin, at=at)


def make_logins(logins: Iterable[DemoLogin], at: datetime) -> None:
    """Make the logins that the login page shows, with the one password of the demo."""
    for login in logins:
        if found(login.username) is None:
            user = make_account(login.username, login.display_name, login.office, login.role, at=at)
            change_own_password(user=user, password=settings.DEMO_PASSWORD, at=at)


def keeper_of(town: Place, number: int, at: datetime) -> User:
    """Return who imports a town's ledger: its head. Only the head of the first street can log in."""
    login = next((login for login in DEMO_LOGINS if (login.office, login.role) == (town.code, Role.HEAD)), None)
    username = login.username if login else f"z{town.code}"
    return found(username) or make_account(username, keeper_name(number), town.code, Role.HEAD, at=at)


def make_account(username: str, display_name: str, office: str, role: str, *, at: datetime) -> User:
    """One administrator makes the account, the other gives it its role."""
    admin, secadmin, place = found("admin"), found("secadmin"), Office.objects.get(pk=office)
    with working_as(admin):
        values = {"username": username, "display_name": display_name, "office": place}
        user, _ = create_user(values=values, by=admin, at=at)
    with working_as(secadmin):
        grant_role(user=user, role=role, office=place, by=secadmin, at=at)
    return found(username)
