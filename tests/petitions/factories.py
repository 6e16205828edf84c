"""Cases for tests, made by the deeds themselves, as the people who would do them."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from petitions.actions import delivering, handling, registering, routing
from petitions.models import OfficeProfile, Petition, ReviewAuthority
from tests import factories as make
from veterans_portal.accounts.models import Office, User

DISTRICT, TOWN, STATION = "990101", "990101001", "990101001001"
WORDS = {"9901": "YL", "990101": "QH", "990102": "BT", "990101001": "LQ", "990101001001": "XH", "990101001002": "SJ"}
REASONED = {"outcome": "EXPLAIN", "facts": "经核实，材料齐全。", "reasons": "已按规定评定。", "legal_basis": "伤残抚恤管理办法",
            "decision": "解释说明"}  # fmt: skip


def at(day: date | str, hour: int = 4) -> datetime:
    """Return noon in Shanghai of a day."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def profile(office: Office, *, can_decide: bool | None = None, **over) -> OfficeProfile:
    """Return how an office takes part, setting it up when missing; an office that decides names the one above it."""
    decides = office.is_deciding if can_decide is None else can_decide
    by = make.staff(office, "APPROVER")
    values = {"case_word": WORDS.get(office.code, f"Z{office.code[-6:]}"), "public_name": office.name,
              "number_word": f"{office.name[:2]}退役信" if decides else "", "public_phone": "0734-8220001"}  # fmt: skip
    with make.as_(by):
        if found := OfficeProfile.objects.filter(office=office).first():
            return found
        made = OfficeProfile.objects.create(
            office=office, can_decide=decides, created_at=make.NOON, created_by=by, **values | over
        )
        if decides:
            authority = {"office": office.parent} if office.parent_id else {"name": "省退役军人事务厅"}
            ReviewAuthority.objects.create(profile=made, created_at=make.NOON, created_by=by, **authority)
    return made


def bureau(code: str = DISTRICT) -> SimpleNamespace:
    """Return a deciding office with its people: sorter and handler (two officers), leader."""
    office = make.office(code, is_deciding=True)
    profile(office, can_decide=True)
    return SimpleNamespace(office=office, sorter=make.staff(office, "OFFICER"), handler=make.staff(office, "OFFICER"),
                           leader=make.staff(office, "APPROVER"))  # fmt: skip


def station(code: str = STATION) -> SimpleNamespace:
    """Return a station that takes in, with two clerks."""
    office = make.office(code)
    profile(office, can_decide=False)
    return SimpleNamespace(office=office, clerk=make.staff(office, "CLERK"), other=make.staff(office, "CLERK"))


def petitioner(**over) -> dict:
    return {"name": "李建国", "phone": "10055500733", "address": "新荷社区 5 栋 203", "relation": "SELF"} | over


def matter(**over) -> dict:
    return {"text": "要求重新评定残疾等级"} | over


def fields(**over) -> dict:
    return {"channel_id": "VISIT", "topic_id": "PENSION", "title": "残疾等级评定", "request_text": "请求重新评定",
            "received_on": date(2026, 3, 3), "registered_on": date(2026, 3, 3)} | over  # fmt: skip


def registered(by: User, *, petitioners=None, matters=None, respondents=(), at_=None, **over) -> Petition:
    """Return a case in state REGISTERED at the person's own office; its query code is in `.query_code`."""
    values = fields(**over)
    with make.as_(by):
        made = registering.register(fields=values, petitioners=petitioners or [petitioner()], matters=matters or [matter()],
                                    respondents=respondents, by=by, at=at_ or at(values["registered_on"]))  # fmt: skip
    made.petition.query_code = made.query_code
    return made.petition


def do(deed, petition: Petition, *, by: User, day: date | str, **values):
    """Do a deed on a case as somebody, with the version it has now."""
    with make.as_(by):
        version = Petition.objects.get(pk=petition.pk).row_version
        return deed(petition=petition, row_version=version, by=by, at=at(day), **values)


def again(petition: Petition, by: User) -> Petition:
    """Return the case as this person reads it now."""
    with make.as_(by):
        return Petition.objects.visible_to(by).get(pk=petition.pk)


def accepted(people, *, day: date | str = "2026-03-10", routes=None, matters=None, **over) -> Petition:
    """Return a case accepted at a bureau (see `bureau`)."""
    case = registered(people.sorter, matters=matters, **over)
    return accept(case, people, day=day, routes=routes)


def accept(case: Petition, people, *, day: date | str = "2026-03-10", routes=None) -> Petition:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    routes = routes or {1: {"route": "R6"}}
    return do(routing.accept, case, by=people.sorter, day=day, routes=routes, accepted_on=day)


def handling_(people, *, day: date | str = "2026-03-11", **over) -> Petition:
    """Return a case that the bureau's handler works on."""
    case = accepted(people, **over)
    return do(
        handling.assign, case, by=people.sorter, day=day, office=people.office, section="优抚股", officer=people.handler
    )


def heard(case: Petition, people, *, day: date | str = "2026-03-20") -> Petition:
    for kind in ("HEARD", "INVESTIGATED"):
        do(
            handling.record,
            case,
            by=people.handler,
            day=day,
            kind=kind,
            on_date=date.fromisoformat(str(day)),
            text="情况属实",
        )
    return again(case, people.handler)


def submitted(people, *, day: date | str = "2026-04-01", answers=None, **over) -> Petition:
    """Return a case whose answer waits for the leader's signature."""
    case = heard(handling_(people, **over), people)
    do(handling.submit_reply, case, by=people.handler, day=day, matters=answers or {1: REASONED})
    return again(case, people.handler)


def approved(people, *, day: date | str = "2026-04-02", **over) -> Petition:
    case = submitted(people, **over)
    return do(handling.approve, case, by=people.leader, day=day)


def replied(people, *, day: date | str = "2026-04-07", received: str | None = "2026-04-10", **over) -> Petition:
    """Return a case whose answer was posted on one day and arrived on another."""
    case = approved(people, **over)
    sent = {"mode": "REGISTERED", "sent_on": date.fromisoformat(str(day))}
    if received:
        sent["received_on"] = date.fromisoformat(received)
    return do(delivering.deliver, case, by=people.handler, day=received or day, fields=sent)


def followed_up(people, *, day: date | str = "2026-04-15", **over) -> Petition:
    case = replied(people, **over)
    call = {"called_on": date.fromisoformat(str(day)), "reached": True, "got_reply": True, "understood": True,
            "fulfilled": "NOT_CONCERNED"}  # fmt: skip
    do(delivering.follow_up, case, by=people.sorter, day=day, fields=call)
    return again(case, people.sorter)


def closed(people, *, day: date | str = "2026-04-16", **over) -> Petition:
    return do(delivering.close, followed_up(people, **over), by=people.sorter, day=day)


def later(day: date | str, days: int) -> date:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return day + timedelta(days=days)
