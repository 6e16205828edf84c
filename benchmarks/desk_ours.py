"""
python -m benchmarks.desk_ours prepare | pages N

The petitions' pages in a process with the portal's settings; prints one line of JSON.
"""

import json
import os
import secrets
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "veterans_portal.settings"
django.setup()

from django.db import transaction  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.desk import DISTRICT  # noqa: E402
from benchmarks.pages import Visitor  # noqa: E402
from petitions.models import Petition  # noqa: E402
from reports.demo.accounts import make_account  # noqa: E402
from veterans_portal.accounts.actions import change_own_password  # noqa: E402
from veterans_portal.accounts.models import User  # noqa: E402
from veterans_portal.accounts.scoping import scope_of  # noqa: E402
from veterans_portal.pgscope.scope import scope  # noqa: E402

STAFF = {"benchleader": (DISTRICT, "APPROVER"), "benchbureau": ("9901", "CITY")}


def prepare():
    now = timezone.now()
    for username, (office, role) in STAFF.items():
        user = make_account(username, "测速", office, role, at=now)
        change_own_password(user=user, password=secrets.token_urlsafe(), at=now)
    return {}


class DeskVisitor(Visitor):
    """A leader or an officer at the petitions' pages."""

    def targets(self) -> dict[str, str]:
        with scope(scope_of(self.user)), transaction.atomic():
            one = Petition.objects.visible_to(self.user).filter(state="HANDLING").order_by("pk").first()
        cases, board = reverse("petitions:cases"), reverse("petitions:board")
        return {
            "bare": reverse("bare"),
            "board": board,
            "board, unsigned": f"{board}?figure=unsigned",
            "board, ten days, page 5": f"{board}?figure=ten&page=5",
            "cases, mine": f"{cases}?tab=mine",
            "cases, open": f"{cases}?tab=open",
            "cases, closed": f"{cases}?tab=closed",
            "cases, closed, page 500": f"{cases}?tab=closed&page=500",
            "cases, by number": f"{cases}?tab=closed&find={one.number}",
            "one case": reverse("petitions:case", args=[one.pk]),
        }

    def spread(self, repeats: int) -> dict[str, dict]:
        """Return {page: median and 95th percentile of milliseconds, queries}."""
        targets = self.targets()
        queries, times = {name: self.count(url) for name, url in targets.items()}, {name: [] for name in targets}
        for _ in range(repeats):
            for name, url in targets.items():
                began = time.perf_counter()
                response = self.client.get(url)
                times[name].append((time.perf_counter() - began) * 1000)
                if response.status_code != 200:
                    raise SystemExit(f"{name}: {url} answered {response.status_code}")
        return {name: {"median": round(sorted(held)[len(held) // 2], 2), "p95": round(sorted(held)[int(len(held) * 0.95)], 2),
                       "queries": queries[name]} for name, held in times.items()}  # fmt: skip


def pages(repeats: str):
    with override_settings(ROOT_URLCONF="benchmarks.pages"):
        leader, bureau = (User.objects.select_related("office").get(username=name) for name in STAFF)
        return {
            "pages": DeskVisitor(leader).spread(int(repeats)),
            "city": DeskVisitor(bureau).spread(int(repeats) // 2),
        }


COMMANDS = {"prepare": prepare, "pages": pages}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
