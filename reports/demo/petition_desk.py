"""Who works on petitions in the demo city, how its offices take part, and one case as people work on it."""

import tempfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from petitions.actions import delivering, handling, papers, registering, routing
from petitions.actions.settings import save_profile
from petitions.models import (
    Attachment,
    Matter,
    Notice,
    OfficeProfile,
    Petition,
    Petitioner,
    Review,
    ReviewAuthority,
)
from reports.demo.accounts import found, make_account, working_as
from reports.demo.district import CITY, Place
from veterans_portal.accounts.models import Office, User
from veterans_portal.files import scratch

DISTRICT = "990101"
WORDS = {"9901": "YL", "990101": "QH", "990102": "BT", "990103": "CL", "990104": "ZS", "990105": "JH"}
# username, name, office, role: a second officer, so that whoever handles a case is not the one who asks afterwards
COLLEAGUE = ("z990101", "贺春兰", DISTRICT, "OFFICER")
PROVINCE = {"name": "样例省退役军人事务厅", "address": "样例省样例市省府路 1 号", "ground": "信访工作条例第三十五条"}
HOURS = "工作日 8:30—12:00，14:30—17:30"
PAPER = b"%PDF-1.4\n% example\n"
LAW = "《伤残抚恤管理办法》及有关政策规定"
EXPLAINED = {"outcome": "EXPLAIN", "facts": "经查阅档案并向经办单位核实，材料齐全。", "reasons": "已按现行标准办理，没有遗漏。",
             "legal_basis": LAW, "decision": "对有关政策作了解释说明。"}  # fmt: skip
ROUTE = {1: {"route": "R6"}}


class Desk:
    """The people of the demo's petitions, and the days of their deeds: so many days before the day of loading."""

    def __init__(self, *, at: datetime):
        self.at, self.today = at, timezone.localdate(at)
        self.clerk, self.head, self.officer, self.leader = (
            found(name) for name in ("clerk", "town", "district", "approver")
        )
        self.city, self.city_officer, self.city_leader = (found(name) for name in ("city", "cityofficer", "cityhead"))
        self.colleague = found(COLLEAGUE[0]) or make_account(*COLLEAGUE, at=at)
        self.bureau = Office.objects.directory().get(pk=DISTRICT)

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def moment(self, ago: int) -> datetime:
        return min(self.at, timezone.make_aware(datetime.combine(self.day(ago), time(10))))

    # ---- how offices take part ----

    def set_up(self, places: Iterable[Place]) -> None:
        """Set up the bureaus, and the stations of the first district. Done once."""
        with working_as(self.city_leader):
            known = set(OfficeProfile.objects.visible_to(self.city_leader).values_list("office_id", flat=True))
            for place in places:
                takes_part = place.tier in ("CITY", "DISTRICT") or place.code.startswith(DISTRICT)
                if takes_part and place.code not in known:
                    self.save(place)

    def save(self, place: Place) -> None:
        decides, contacts = place.tier in ("CITY", "DISTRICT"), {CITY: self.city_leader.pk, DISTRICT: self.leader.pk}
        word = WORDS[place.code[:6]] + "".join(
            place.code[start + 1 : start + 3] for start in range(6, len(place.code), 3)
        )
        above = (
            [PROVINCE]
            if place.tier == "CITY"
            else [{"office_id": CITY, "ground": PROVINCE["ground"]}]
            if decides
            else []
        )
        values = {"can_decide": decides, "is_petition_bureau": False, "case_word": word, "public_name": place.full_name,
                  "number_word": f"{place.name[0]}退役信" if decides else "", "has_letterhead": False,
                  "public_address": f"{place.name}便民服务大厅", "public_phone": "", "reception_hours": HOURS,
                  "discipline_contact_id": contacts.get(place.code)}  # fmt: skip
        office = Office.objects.directory().get(pk=place.code)
        save_profile(office=office, values=values, authorities=above, row_version=0, by=self.city_leader, at=self.at)

    def authority(self, code: str) -> ReviewAuthority:
        """Return where a review of this office's opinions is asked for."""
        with working_as(self.city_leader):
            return ReviewAuthority.objects.visible_to(self.city_leader).get(profile__office=code, is_active=True)

    # ---- a new case ----

    def take_in(self, by: User, ago: int, title: str, topic: str, *, who: str, text: str, channel: str = "VISIT", matters=(),
                others=(), respondents=(), **fields) -> "Case":  # fmt: skip
        """Register a case received so many days ago. who: its first petitioner; others: further representatives."""
        values = {"channel_id": channel, "topic_id": topic, "title": title, "request_text": text, "people_count": 1 + len(others),
                  "received_on": self.day(ago), "registered_on": self.day(ago)}  # fmt: skip
        names = (who, *others)
        people = [person(name, no if others else None) for no, name in enumerate(names, 1)]
        wanted = [{"text": one} for one in matters or (text,)]
        with working_as(by):
            made = registering.register(fields=values | fields, petitioners=people, matters=wanted, respondents=respondents, by=by,
                                        at=self.moment(ago))  # fmt: skip
        return Case(self, made.petition, made.query_code)

    def accepted(self, ago: int, title: str, topic: str, *, by: User | None = None, received: int | None = None,
                 routes: Mapping = ROUTE, **more) -> "Case":  # fmt: skip
        """Take a case in at the bureau and accept it so many days ago, seven days after it was received."""
        by = by or self.officer
        case = self.take_in(by, ago + 7 if received is None else received, title, topic, **more)
        return case.accept(by, ago, routes)


def person(name: str, number: int | None) -> dict:
    """Return an invented petitioner; the telephone number follows from the name and cannot ring."""
    figure = sum(ord(letter) for letter in name) % 10_000
    return {
        "name": name,
        "phone": f"1005550{figure:04}",
        "address": "柳桥街道新荷社区",
        "relation": "SELF",
        "representative_no": number,
    }


class Case:
    """One petition, and deeds on it by somebody so many days ago."""

    def __init__(self, desk: Desk, petition: Petition, code: str = ""):
        self.desk, self.petition, self.code = desk, petition, code

    def do(self, deed, by: User, ago: int, **values):
        with working_as(by):
            self.petition = Petition.objects.visible_to(by).get(pk=self.petition.pk)
            return deed(
                petition=self.petition, row_version=self.petition.row_version, by=by, at=self.desk.moment(ago), **values
            )

    def hand_up(self, by: User, ago: int) -> "Case":
        self.do(routing.hand_up, by, ago, to_office=self.desk.bureau, reason="本站不作处理意见，请区局研究。")
        return self

    def accept(self, by: User, ago: int, routes: Mapping = ROUTE) -> "Case":
        """Accept it, and hand the notice over on the spot."""
        self.do(routing.accept, by, ago, routes=routes, accepted_on=self.desk.day(ago))
        return self.tell(by, ago, "N01")

    def send_down(self, by: User, ago: int, **values) -> "Case":
        """Send it on to the bureau, and tell the petitioner."""
        self.do(routing.transfer, by, ago, to_office=self.desk.bureau, **values)
        return self.tell(by, ago, "N02")

    def tell(self, by: User, ago: int, kind: str) -> "Case":
        with working_as(by):
            lead = Petitioner.objects.visible_to(by).get(petition=self.petition, is_lead=True)
            notice = Notice.objects.visible_to(by).get(petition=self.petition, kind=kind, voided_on=None)
            version = Petition.objects.visible_to(by).get(pk=self.petition.pk).row_version
            day = self.desk.day(ago)
            sent = {"mode": "FACE", "sent_on": day, "received_on": day, "signer": "本人", "petitioner": lead}
            delivering.send_notice(notice=notice, fields=sent, row_version=version, by=by, at=self.desk.moment(ago))
        return self

    def assign(self, handler: User, ago: int, section: str = "优抚股") -> "Case":
        self.do(handling.assign, self.desk.officer, ago, office=self.desk.bureau, section=section, officer=handler)
        return self

    def heard(self, handler: User, ago: int) -> "Case":
        """Hear the petitioner, and look into the facts the day after."""
        for kind, days, text in (
            ("HEARD", ago, "听取本人陈述，说明办理程序和期限。"),
            ("INVESTIGATED", ago - 1, "调阅档案，向经办单位核实。"),
        ):
            self.do(handling.record, handler, days, kind=kind, on_date=self.desk.day(days), text=text)
        return self

    def answered(self, handler: User, ago: int, answers: Mapping | None = None) -> "Case":
        """Submit the answer, and have it signed the day after."""
        self.do(handling.submit_reply, handler, ago, matters=answers or {1: EXPLAINED})
        self.do(handling.approve, self.desk.leader, ago - 1)
        return self

    def deliver(self, by: User, ago: int, *, arrives: int | None = None, mode: str = "FACE") -> "Case":
        """Hand the signed paper over; a posted one arrives later."""
        came = ago if arrives is None else arrives
        sent = {"mode": mode, "sent_on": self.desk.day(ago), "received_on": self.desk.day(came), "signer": "本人"}
        self.do(delivering.deliver, by, came, fields=sent)
        return self

    def ask_afterwards(self, by: User, ago: int) -> "Case":
        call = {"called_on": self.desk.day(ago), "reached": True, "got_reply": True, "understood": True, "fulfilled": "NOT_CONCERNED",
                "service_score": 5, "result_score": 4}  # fmt: skip
        self.do(delivering.follow_up, by, ago, fields=call)
        return self

    def file(self, by: User, ago: int, kind: str, name: str) -> Attachment:
        with tempfile.TemporaryDirectory(dir=scratch()) as folder, working_as(by):
            path = Path(folder) / "paper.pdf"
            path.write_bytes(PAPER + f"{kind} {self.petition.number}".encode())
            return papers.attach(
                petition=self.petition, path=path, file_name=name, kind=kind, by=by, at=self.desk.moment(ago)
            )

    def matters(self, by: User) -> list[Matter]:
        with working_as(by):
            return list(Matter.objects.visible_to(by).filter(petition=self.petition).order_by("no"))

    def review(self, deed, review: Review, by: User, ago: int, **values):
        """Do a deed on a review of this case."""
        with working_as(by):
            fresh = Review.objects.visible_to(by).get(pk=review.pk)
            return deed(review=fresh, row_version=fresh.row_version, by=by, at=self.desk.moment(ago), **values)
