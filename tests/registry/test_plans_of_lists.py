"""
Every list and every look-up has its index, and reads it in the order of the page: shown by the plan, never by a clock.

The tables hold some thousand rows of four districts and are vacuumed, so the planner chooses as it does in earnest; it
is only told that reading a whole table is dear, which with a million people it is.
"""

import pytest
from django.db import connection

from registry import queues, searching
from registry.derive import derived, ref_of
from registry.filters import PeopleFilter
from registry.models import ChangeRequest, Identity, ImportBatch, ImportRow, Move, Person, Plaque
from registry.models.people import id_digest, last4_digest, phone_digest
from registry.views.people import SORTS
from tests import factories as make
from veterans_portal.bulk import reserve_ids

pytestmark = pytest.mark.django_db(transaction=True)
EACH = 1_000
STATIONS = ("990101001001", "990102001001", "990103001001", "990104001001")


@pytest.fixture
def district(transactional_db):
    """The officer of the first of four districts."""
    stations = [make.office(code) for code in STATIONS]
    city, own = make.staff(make.office("9901"), "OFFICER"), make.staff(make.office("990101"), "OFFICER")
    with make.as_(city):
        people = [made(pk, stations[pk % 4], city) for pk in reserve_ids(Person, EACH * 4)]
        Person.objects.bulk_create(people, batch_size=500)
        Identity.objects.bulk_create(
            [
                Identity(person=one, office=one.office, category_id=("51", "V02")[one.pk % 8 > 3], created_at=make.NOON,
                         created_by=city)
                for one in people
            ],
            batch_size=500,
        )  # fmt: skip
        for number in range(8):
            batch = ImportBatch.objects.create(
                office=stations[0], file_name="x", sha256="", bytes=1, created_at=make.NOON, created_by=city
            )
            ImportRow.objects.bulk_create(
                ImportRow(
                    office=stations[0],
                    batch=batch,
                    sheet=0,
                    number=row,
                    payload=b"x",
                    state=("OK", "HELD")[row % 9 == 0],
                )
                for row in range(number, 400)
            )
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) registry_person, registry_identity, registry_importrow")
    return own


def made(pk, station, by) -> Person:
    number = f"4301011954{1 + pk % 12:02}{1 + pk % 28:02}{pk % 10_000:04}"  # its digest counts here, not its digits
    phone = f"1005{pk % 10_000_000:07}"
    follow = derived("name", f"王{'甲乙丙丁戊'[pk % 5]}") | derived("id_number", number) | derived("phone", phone)
    return Person(pk=pk, ref=ref_of(pk), office=station, name="王甲", sex="M", born="1954-02", registered_on=make.TODAY,
                  id_number=number, phone=phone, created_at=make.NOON, created_by=by, **follow)  # fmt: skip


def people(user, **query):
    return PeopleFilter.from_query(query, user, today=make.TODAY).apply(Person.objects.visible_to(user))


def page(rows, sort="office"):
    return rows.order_by(*SORTS[sort]).values_list("pk", flat=True)[:30]


def found(user, kind, key):
    return Person.objects.visible_to(user).live().exclude(status="MERGED").filter(searching.condition(kind, key))


def cases(user):
    """Yield (what is asked, its rows, what the plan must say, what it must not)."""
    yield "list", page(people(user)), ["person_office_pinyin"], ["Sort"]
    yield "list, turned round", page(people(user), "-office"), ["person_office_pinyin", "Backward"], ["Sort"]
    yield "list of a category", page(people(user, category="51")), ["identity_open"], []
    yield "its count", people(user).order_by().values("office_id"), ["Index Only Scan using person_live"], []
    yield "search by name", found(user, "NAME", "王甲").values("pk"), ["Index Only Scan using person_live"], []
    yield "search by number", found(user, "ID", id_digest("43010119540101000X")), ["person_id_unique_while_live"], []
    yield "search by last four", found(user, "LAST4", last4_digest("0007")), ["person_last4"], []
    yield "search by phone", found(user, "PHONE", phone_digest("10050000007")), ["person_phone", "person_phone_alt"], []
    held = Identity.objects.visible_to(user).open().order_by()
    yield "figures of identities", held.values("category_id", "person_id"), ["Index Only Scan using identity_open"], []
    rows = ImportRow.objects.visible_to(user).filter(batch=ImportBatch.objects.visible_to(user).latest("pk").pk)
    yield "held rows", rows.filter(state="HELD").order_by("sheet", "number", "pk")[:30], ["importrow_held"], []
    for model in (ImportBatch, Plaque, ChangeRequest, Move):
        yield model.__name__, model.objects.visible_to(user).order_by("pk")[:30], [], []
    for name, waiting in queues.waiting_sets(user).items():
        yield name, waiting.order_by().values("pk"), [], []


def test_lists_and_look_ups_read_their_index(district):
    wrong = []
    with make.as_(district):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for what, rows, wanted, unwanted in cases(district):
            plan = rows.explain()
            if not all(word in plan for word in wanted) or any(word in plan for word in ["Seq Scan", *unwanted]):
                wrong.append(f"{what}:\n{plan}")
    assert not wrong, "\n\n".join(wrong)
