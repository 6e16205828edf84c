"""
The outcome of a preview that the worker made: a sealed file of the person who asked, for a day.

It is found again by document and version, so an outcome never outlives the table it speaks of.
"""

import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import orjson

from benefits.models import Enrolment, StandardNotice
from benefits.preview import Changed, Preview, Worth, offices_of, recurring_of
from veterans_portal.accounts.models import ReadyFile, User
from veterans_portal.files import read_sealed, scratch
from veterans_portal.ready import make_ready

JSON = "application/json"


def name_of(notice: StandardNotice) -> str:
    return f"测算_{notice.pk}_{notice.state}_{notice.row_version}.json"


def people_of(notice: StandardNotice, user: User) -> int:
    """Return how many enrolments a preview would look at."""
    rows = Enrolment.objects.visible_to(user).filter(state="ACTIVE", programme__in=recurring_of(notice))
    return rows.filter(paying_office__in=offices_of(notice, user).values("office_id")).count()


def keep(outcome: Preview, notice: StandardNotice, *, by: User, at: datetime) -> ReadyFile:
    """Seal an outcome for the person who asked."""
    kinds = {worth: place for place, worth in enumerate(dict.fromkeys(row.worth for row in outcome.rows))}
    rows = [(one.person, one.name, one.office, kinds[one.worth], sorted(one.why), one.message) for one in outcome.rows]
    text = orjson.dumps({"kinds": [tuple(one) for one in kinds], "rows": rows, "notes": outcome.notes}, default=str)
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "preview.json"
        path.write_bytes(text)
        return make_ready(path, name_of(notice), JSON, by=by, at=at)


def kept(notice: StandardNotice, user: User, *, now: datetime) -> tuple[Preview, datetime] | None:
    """Return the latest outcome of this version of the document and when it was made, or None."""
    files = ReadyFile.objects.filter(actor_id=user.pk, name=name_of(notice), content_type=JSON, expires_at__gt=now)
    file = files.order_by("-made_at", "pk").first()
    if file is None:
        return None
    told = orjson.loads(b"".join(read_sealed(file.stored_name)))
    kinds = [
        Worth(programme, amounts(months), amounts(levels), Decimal(plus), Decimal(minus))
        for programme, months, levels, plus, minus in told["kinds"]
    ]
    rows = [
        Changed(person, name, office, kinds[place], frozenset(why), said)
        for person, name, office, place, why, said in told["rows"]
    ]
    return Preview(rows, told["notes"]), file.made_at


def amounts(pairs) -> tuple[tuple[str, Decimal], ...]:
    return tuple((word, Decimal(amount)) for word, amount in pairs)
