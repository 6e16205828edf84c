"""
What constraints cannot say about the registry. Reads only, chunk by chunk; every finding is a line for a person.

Each check is a function that yields (code, 档案号 or key, sentence).
"""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Exists, F, OuterRef, Q

from registry import standing
from registry.derive import derived
from registry.models import Card, DuplicatePair, Household, HouseholdMember, Identity, Person, Plaque
from registry.models.card import LIVE_STATES
from registry.models.people import id_digest
from registry.reference import PLAQUES_SINCE
from registry.rules.ids import birth_from_id, sex_from_id
from registry.rules.plaques import Standing, plaque_standing

CHUNK = 2000
Finding = tuple[str, str, str]


def findings(user) -> Iterator[Finding]:
    """Yield everything that is wrong within the reader's range; without a reader (None), everywhere."""
    for check in (of_people, of_households, of_details, of_offices, of_chains, of_plaques, of_cards, of_pairs):
        yield from check(user)


def seen(model, user):
    """The nightly run has no reader: the role of its transaction may read every office."""
    return model.objects.visible_to(user) if user else model.objects.all()


def of_people(user) -> Iterator[Finding]:
    """Digest against number, search keys against name, birth and sex against number."""
    columns = ("ref", "name", "id_number", "id_digest", "initials", "pinyin", "born", "sex")
    people = seen(Person, user).live().exclude(status="MERGED").order_by("pk").values_list(*columns)
    for ref, name, number, digest, initials, pinyin, born, sex in people.iterator(chunk_size=CHUNK):
        if number and bytes(digest) != id_digest(number):
            yield "DIGEST", ref, "身份证号与查找用的摘要不一致，按证号会查不到此人"
        wanted = derived("name", name)
        if (initials, pinyin) != (wanted["initials"], wanted["pinyin"]):
            yield "INITIALS", ref, "拼音与姓名不一致，按拼音会查不到此人"
        if number and born and not birth_from_id(number).startswith(born):
            yield "BIRTH", ref, f"出生日期 {born} 与身份证号不一致"
        if number and sex != sex_from_id(number):
            yield "SEX", ref, "性别与身份证号不一致"


def of_households(user) -> Iterator[Finding]:
    """Sort key against the head's name."""
    homes = seen(Household, user).live().order_by("pk").values_list("pk", "head_name", "head_pinyin")
    for pk, head, pinyin in homes.iterator(chunk_size=CHUNK):
        if pinyin != derived("head_name", head)["head_pinyin"]:
            yield "INITIALS", f"户 {pk}", "户主的拼音与姓名不一致，台账里的顺序会错"


def of_details(user) -> Iterator[Finding]:
    rows = seen(Identity, user).live().exclude(detail=F("category__detail"))
    for ref, label in rows.order_by("pk").values_list("person__ref", "category__label"):
        yield "DETAIL", ref, f"身份“{label}”的附加内容与类别不符"


def of_offices(user) -> Iterator[Finding]:
    """Members who live in a household of another station."""
    rows = seen(HouseholdMember, user).live().filter(left_on=None, person__isnull=False)
    for ref, head in (
        rows.exclude(person__office_id=F("household__office_id"))
        .order_by("pk")
        .values_list("person__ref", "household__head_name")
    ):
        yield "OFFICE", ref, f"所属站与所在户（户主{head}）的站不同，请办离户或迁移"


def of_chains(user) -> Iterator[Finding]:
    rows = seen(Person, user).filter(merged_into__status="MERGED")
    for ref in rows.order_by("pk").values_list("ref", flat=True):
        yield "CHAIN", ref, "并入的档案本身又已合并，没有指向最后保留的一份"


def of_plaques(user) -> Iterator[Finding]:
    """Plaques that hang without a living basis, unless they are kept."""
    rows = seen(Plaque, user).live().filter(state__in=("HUNG", "EXCHANGE")).order_by("pk")
    plaques = rows.values_list("pk", "household_id", "state", "household__head_name", "holder_id").iterator(
        chunk_size=CHUNK
    )
    while chunk := list(islice(plaques, CHUNK)):
        bases = standing.bases_of([household for _, household, *_ in chunk])
        housed = set(HouseholdMember.objects.live().filter(household_id__in=bases, left_on=None, person__isnull=False)
                     .values_list("household_id", flat=True))  # fmt: skip
        for pk, household, state, head, holder in chunk:
            gives = plaque_standing(bases[household], since=PLAQUES_SINCE, plaque_state=state)
            # of a household without registered people the ledger alone is known
            if gives in (Standing.NONE, Standing.KEEP, Standing.REVIEW) and (holder or household in housed):
                yield "BASIS", f"光荣牌 {pk}", f"户主{head}家里没有在世的悬挂依据，应转为保留或核实"


def of_cards(user) -> Iterator[Finding]:
    """Cards that count although their holder is gone, and old ones that wait for a replacement nobody applied for."""
    rows = seen(Card, user).live()
    gone = rows.exclude(state="CLOSED").exclude(person__status__in=("ACTIVE", "MOVED_OUT"))
    for ref in gone.order_by("pk").values_list("person__ref", flat=True):
        yield "CARD", ref, "档案已去世、注销或合并，优待证还没有停用"
    fresh = rows.filter(replaces=OuterRef("pk"), state__in=LIVE_STATES)
    stuck = rows.filter(~Exists(fresh), state="REPLACING", person__status__in=("ACTIVE", "MOVED_OUT"))
    for ref in stuck.order_by("pk").values_list("person__ref", flat=True):
        yield "CARD", ref, "旧的优待证在补换中，但没有新的申请"


def of_pairs(user) -> Iterator[Finding]:
    open_ones = seen(DuplicatePair, user).live().filter(state="OPEN")
    dead = open_ones.filter(Q(first__status="MERGED") | Q(second__status="MERGED"))
    for first, second in dead.order_by("pk").values_list("first__ref", "second__ref"):
        yield "PAIR", first, f"与 {second} 的疑似重复还没有处理，但其中一份已合并"
