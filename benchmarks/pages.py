"""P3 and P9: server time, queries and weight of pages, through Django's test client as one person."""

import gzip
import re
import time
from pathlib import Path
from statistics import median

from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection, transaction
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import override_settings
from django.urls import path, reverse

from registry.models import Person
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import signed_in
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.pgscope.scope import scope
from veterans_portal.urls import handler403, handler404
from veterans_portal.urls import urlpatterns as doors

BARE = "{% extends 'base.html' %}{% block title %}空{% endblock %}{% block content %}<h1>空</h1>{% endblock %}"


@signed_in
def bare(request):
    """The floor: session, user, scope and the frame of a page, with nothing in it."""
    return HttpResponse(engines["django"].from_string(BARE).render({}, request))


urlpatterns = [path("bare/", bare, name="bare"), *doors]
__all__ = ["handler403", "handler404", "measure", "urlpatterns"]


def measure(username: str, clerk: str, repeats: str) -> dict:
    """
    Return {page: [median milliseconds, queries]} for the district's user, `queries of a station` for the clerk's, and
    the weight of the first page after login.
    """
    with override_settings(ROOT_URLCONF="benchmarks.pages"):
        user, small = (User.objects.select_related("office").get(username=name) for name in (username, clerk))
        found = {"pages": Visitor(user).visit_all(int(repeats)), "station": Visitor(small).visit_all(3)}
        return found | {"weight": Visitor(user).weigh(reverse("home"))}


class Visitor:
    """One signed-in person's browser."""

    def __init__(self, user: User):
        self.user, self.client = user, Client(headers={"accept-encoding": "gzip"})
        self.client.force_login(user)

    def targets(self) -> dict[str, str]:
        with scope(scope_of(self.user)), transaction.atomic():
            one = Person.objects.visible_to(self.user).exclude(id_digest=None).order_by("pk").first()
            number, name = one.id_number, one.name[:2]
        return {
            "bare": reverse("bare"),
            "home": reverse("home"),
            "list": reverse("registry:people"),
            "list by category": reverse("registry:people") + "?category=81&sort=born",
            "search by number": self.searched(number),
            "search by name": self.searched(name),
            "dossier": reverse("registry:person", args=[one.ref]),
            "overview": reverse("reports:overview"),
        }

    def searched(self, term: str) -> str:
        """Send the search box and return the page it leads to."""
        return self.client.post(reverse("registry:people-search"), {"q": term}).headers["location"]

    def visit_all(self, repeats: int) -> dict[str, list[float]]:
        targets = self.targets()
        times: dict[str, list[float]] = {name: [] for name in targets}
        queries = {name: self.count(url) for name, url in targets.items()}
        for _ in range(repeats):  # in turns, so that noise of the machine hits all pages alike
            for name, url in targets.items():
                began = time.perf_counter()
                response = self.client.get(url)
                times[name].append((time.perf_counter() - began) * 1000)
                if response.status_code != 200:
                    raise SystemExit(f"{name}: {url} answered {response.status_code}")
        return {name: [round(median(values), 2), queries[name]] for name, values in times.items()}

    def count(self, url: str) -> int:
        """Return how many statements a page runs, after one visit that fills the caches."""
        self.client.get(url)
        seen = []

        def note(execute, sql, params, many, context):
            if not sql.startswith(("SAVEPOINT", "RELEASE")):
                seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            self.client.get(url)
        return len(seen)

    def weigh(self, url: str) -> dict[str, int]:
        """Return gzip bytes of a page and of what it loads. Raises SystemExit when it asks another host."""
        response = self.client.get(url)
        html = response.content
        page = gzip.decompress(html) if response.headers.get("content-encoding") == "gzip" else html
        found = {"html": len(html) if html != page else len(gzip.compress(page))}
        soup = BeautifulSoup(page, "html.parser")
        loaded = [tag["href"] for tag in soup.select("link[rel=stylesheet]")] + [
            tag["src"] for tag in soup.select("[src]")
        ]
        for address in loaded:
            refuse_foreign(address)
            name = re.sub(
                r"\.[0-9a-f]{12}(?=\.\w+$)", "", address.removeprefix("/" + settings.STATIC_URL.strip("/") + "/")
            )
            content = Path(finders.find(name)).read_bytes()
            for nested in re.findall(rb"url\(['\"]?([^)'\"]+)", content):
                refuse_foreign(nested.decode())
            found[name] = len(gzip.compress(content, 9))
        return found | {"total": sum(found.values())}


def refuse_foreign(address: str) -> None:
    if re.match(r"(https?:)?//", address):
        raise SystemExit(f"a page asks another host: {address}")
