"""
Petitions of the demo city: receptions at the counter, and cases in every state, made by the verbs that people use, each by
its own person, on days counted back from the day of loading.

Done once: a case whose title is there already is left alone.
"""

from collections.abc import Iterable
from datetime import datetime

from petitions.actions.receptions import log_reception
from petitions.models import Petition, Reception
from reports.demo.accounts import working_as
from reports.demo.district import Place
from reports.demo.petition_desk import Desk
from reports.demo.petition_endings import ENDED
from reports.demo.petition_stories import UNDER_WAY

STORIES = UNDER_WAY | ENDED
DAYS = 28  # receptions of the last four weeks
RECEPTION_DAY = 9  # so many days ago the leader received people
ASKED = [
    ("PENSION", "VISIT", "询问定期抚恤补助发放时间", "每月10日前发放，节假日提前。", "ON_SPOT", 1),
    ("CARD", "VISIT", "询问优待证申领材料", "带身份证、退役证和照片到社区办理。", "ON_SPOT", 2),
    ("JOB", "PHONE", "询问招聘会时间", "已告知本月招聘会时间和地点。", "ON_SPOT", 1),
    ("RESETTLE", "VISIT", "询问社保接续办法", "需区局核对缴费记录，约定下周答复。", "APPOINTED", 1),
    ("LAW", "PHONE", "询问合同纠纷如何处理", "引导到司法所申请法律援助。", "GUIDED", 1),
    ("AID", "HOME", "走访了解生活困难", "说明临时救助申请办法。", "ON_SPOT", 3),
    ("FAMILY", "ONLINE", "询问军属优待", "已发送政策问答。", "ON_SPOT", 1),
]


class Petitions:
    """One run over the first district and the city."""

    def __init__(self, places: Iterable[Place], *, at: datetime):
        self.places, self.desk = list(places), Desk(at=at)

    def run(self) -> None:
        self.desk.set_up(self.places)
        self.receive()
        known = self.titles()
        for title, story in STORIES.items():
            if title not in known:
                story(self.desk)

    def titles(self) -> set[str]:
        """Return what is there, also what only the person named sees."""
        found: set[str] = set()
        for user in (self.desk.city_leader, self.desk.leader):
            with working_as(user):
                found |= set(Petition.objects.visible_to(user).values_list("title", flat=True))
        return found

    def receive(self) -> None:
        """Leave four weeks of receptions at the clerk's counter, and a day on which the town's leader received people."""
        clerk, head = self.desk.clerk, self.desk.head
        with working_as(clerk):
            if Reception.objects.visible_to(clerk).exists():
                return
            days = [ago for ago in range(DAYS, -1, -1) if self.desk.day(ago).weekday() < 5]
            for number, ago in enumerate(days):
                self.log(clerk, ago, ASKED[number % len(ASKED)])
        with working_as(head):
            for asked in ASKED[:3]:
                led = {
                    "is_leader_reception": True,
                    "leader_name": "街道分管领导",
                    "is_reception_day": True,
                    "channel_id": "VISIT",
                }
                self.log(head, RECEPTION_DAY, asked, **led)
            self.log(head, 2, ASKED[0], kind="ACCUSATION_GUIDED", topic_id=None, summary="", answer="")

    def log(self, by, ago: int, asked: tuple, **over) -> None:
        topic, channel, summary, answer, result, people = asked
        values = {"received_on": self.desk.day(ago), "channel_id": channel, "kind": "CONSULT", "topic_id": topic, "summary": summary,
                  "answer": answer, "result": result, "people_count": people}  # fmt: skip
        log_reception(values=values | over, by=by, at=self.desk.moment(ago))
