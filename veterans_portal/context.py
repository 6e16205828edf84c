"""What every page shows around its content (the contract stands on top of templates/base.html)."""

from types import SimpleNamespace

from django.conf import settings
from django.urls import reverse

from veterans_portal.accounts.permissions import Permission
from veterans_portal.handbook import chapter_of
from veterans_portal.navigation import nav_for

SIZES = ("normal", "large")


def display_size(request) -> str:
    size = request.COOKIES.get("size", "normal")
    return size if size in SIZES else "normal"


def help_url(request) -> str:
    """Where 帮助 leads: to the chapter of this page, or its paragraph; else to the list of chapters."""
    match = getattr(request, "resolver_match", None)
    where = chapter_of(f"{match.view_name}/{match.kwargs.get('deed', '')}".rstrip("/")) if match else ""
    chapter, _, paragraph = where.partition("#")
    return f"{reverse('help')}{chapter}/{paragraph and '#'}{paragraph}" if chapter else reverse("help")


def portal(request) -> dict:
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    office = user.office if known else None
    return {
        "portal": SimpleNamespace(
            name=settings.PORTAL_NAME,
            org="",
            size=display_size(request),
            nav=nav_for(request) if known else {},
            office_name=office.label if known else "",
            user_name=user.display_name if known else "",
            role_label=user.get_role_display() if known else "",
            help_url=help_url(request),
            footer=settings.PORTAL_FOOTER,
            is_demo=settings.DEMO,
            path=request.get_full_path() if request.method == "GET" else "/",
            may_search=known and user.may(Permission.VIEW_PEOPLE),
            idle_minutes=settings.SESSION_IDLE_SECONDS // 60,
        )
    }
