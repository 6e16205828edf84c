"""Office says which rows. The first wall: every query at an edge goes through `visible_to(user)`."""

from django.db import models

from veterans_portal.pgscope.scope import Scope, after

from .permissions import DATABASE_ROLE


class OfficeScopedQuerySet(models.QuerySet):
    """Rows of a person's own office and of every office below it, as a half-open range on one column."""

    office_path = "office_id"  # "code" on Office itself, "household__office_id" one hop away

    def below(self, code: str):
        """Rows of the office `code` and everything beneath it."""
        if not code:
            return self.none()
        return self.filter(**{f"{self.office_path}__gte": code, f"{self.office_path}__lt": after(code)})

    def visible_to(self, user):
        return self.below(user.office_id or "")


class CatalogQuerySet(models.QuerySet):
    """Rows that every signed-in person may read: categories, calendars. Not personal data."""

    def visible_to(self, user):
        return self


def scope_of(user, *, ip: str = "", request_id: str = "", reading: bool = False) -> Scope:
    """
    Return the database scope in which `user` works.

    reading: a page that only reads. At the root office it may use the role that reads everything without the
             range condition, which halves city-wide sums; at any other office it changes nothing.
    """
    role = DATABASE_ROLE.get(user.role)
    if role is None:
        role = "app_all" if reading and user.office.parent_id is None else "app_scope"
    return Scope(role, user.office_id or "", user.pk, ip, request_id)
