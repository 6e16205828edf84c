"""Cases of the demo that have ended, are under review, or are kept from everybody but the person named."""

from django.conf import settings

from petitions.actions import accusing, closing, delivering, handling, mediating, reviewing
from petitions.models import Petition, Review
from petitions.public import evaluate
from reports.demo.accounts import working_as
from reports.demo.petition_desk import EXPLAINED, Case, Desk
from veterans_portal.accounts.models import Office

REPORTED_ON = "990101001"
IN_HAND = "残疾等级评定"


def answered_and_closed(desk: Desk) -> None:
    """CLOSED: the plain way to its end, and the petitioner's own word on it."""
    case = desk.accepted(58, "光荣牌样式", "CARD", who="郭立民", text="请求说明光荣牌更换办法。", channel="ONLINE")
    case.assign(desk.officer, 56, "综合股").heard(desk.officer, 50).answered(desk.officer, 40).deliver(desk.officer, 37)
    case.ask_afterwards(desk.colleague, 30).do(delivering.close, desk.colleague, 29)
    evaluate(case.petition.number, case.code, target="HANDLING", score="SATISFIED", comment="答复清楚", address="127.0.0.1",
             at=desk.moment(28), days=settings.EVALUATION_DAYS)  # fmt: skip


def replied(desk: Desk, accepted: int, title: str, topic: str, **more) -> Case:
    """Return an answered case, received two days after it was posted; somebody has asked afterwards."""
    case = desk.accepted(accepted, title, topic, **more)
    case.assign(desk.officer, accepted - 1).heard(desk.officer, accepted - 10).answered(desk.officer, accepted - 20)
    return case.deliver(desk.officer, accepted - 22, arrives=accepted - 24, mode="REGISTERED").ask_afterwards(
        desk.colleague, accepted - 28)  # fmt: skip


def ask_review(desk: Desk, case: Case, ago: int, *, stage: str = "REVIEW", above: str = "990101") -> Review:
    return case.do(reviewing.request_review, desk.colleague, ago, stage=stage, authority=desk.authority(above), text="不服处理意见，请求撤销。",
                   handed_in_on=desk.day(ago), requested_on=desk.day(ago))  # fmt: skip


def conclude(desk: Desk, case: Case, review: Review, outcome: str, ago: int) -> None:
    """Examine, sign, and hand over three days later."""
    case.review(reviewing.take, review, desk.city_officer, ago)
    case.review(
        reviewing.submit, review, desk.city_officer, ago, outcome=outcome, body="经复查，原意见所依据的事实已核对。"
    )
    case.review(reviewing.approve, review, desk.city_leader, ago - 1)
    sent = {"mode": "FACE", "sent_on": desk.day(ago - 3), "received_on": desk.day(ago - 3), "signer": "本人"}
    case.review(reviewing.deliver, review, desk.city_officer, ago - 3, fields=sent)


def under_review(desk: Desk) -> None:
    """REPLIED, and a review asked for at the city."""
    case = replied(desk, 42, "定期抚恤补助", "PENSION", who="方心海", text="请求调整定期抚恤补助档次。")
    ask_review(desk, case, 6)


def to_do_again(desk: Desk) -> None:
    """HANDLING in its second round: the review took the opinion away."""
    case = replied(desk, 66, "义务兵优待金", "PENSION", who="方兰可", text="请求补发义务兵优待金。", channel="LETTER")
    conclude(desk, case, ask_review(desk, case, 36), "REVOKED_REDO", 20)


def upheld_and_going_on(desk: Desk) -> None:
    """REPLIED: the review upheld the opinion, and the province has been asked."""
    case = replied(desk, 72, "企业军转身份", "RESETTLE", who="许平静", text="请求认定企业军转干部身份。")
    conclude(desk, case, ask_review(desk, case, 44), "UPHELD", 28)
    ask_review(desk, case, 12, stage="RECHECK", above="9901")


def settled(desk: Desk) -> None:
    """REPLIED: both sides agreed; the agreement is handed over."""
    case = desk.accepted(35, "荣军住房维修", "AID", who="蒋海兰", text="请求协调住房漏水维修。", channel="HOME")
    case.assign(desk.officer, 34, "综合股").heard(desk.officer, 30)
    case.do(mediating.open_mediation, desk.officer, 24, kind="MEDIATION", parties="信访人、物业公司", consent_on=desk.day(24),
            mediator="邓志远", matters=case.matters(desk.officer))  # fmt: skip
    paper = case.file(desk.officer, 20, "AGREEMENT", "调解协议书.pdf")
    case.do(mediating.end_mediation, desk.officer, 20, result="AGREED", ended_on=desk.day(20), agreement=paper,
            perform_by_on=desk.day(-10))  # fmt: skip
    terms = {"N12": "物业公司负责维修屋面，费用由双方各承担一半。"}
    case.do(
        handling.submit_reply,
        desk.officer,
        16,
        matters={1: {"outcome": "SETTLED", "decision": "双方达成调解协议。"}},
        bodies=terms,
    )
    case.do(handling.approve, desk.leader, 15)
    case.deliver(desk.officer, 14).ask_afterwards(desk.colleague, 8)


def suggestion(desk: Desk) -> None:
    """TO_DELIVER: a suggestion is taken up, and the reply was signed yesterday."""
    case = desk.accepted(12, "军人优先窗口", "STYLE", who="何平华", text="建议在大厅增设军人优先窗口。", channel="LEADER_BOX", purpose="SUGGESTION",
                         routes={1: {"route": "S"}})  # fmt: skip
    adopted = EXPLAINED | {"outcome": "ADOPTED", "decision": "已在大厅设置军人优先窗口。"}
    case.assign(desk.officer, 10, "综合股").answered(desk.officer, 2, {1: adopted})


def withdrawn(desk: Desk) -> None:
    """CLOSED: taken back with a signed paper, asked by a second person."""
    case = desk.take_in(desk.officer, 21, "档案查阅", "FILES", who="邓民华", text="请求查阅个人档案。", channel="PHONE")
    paper = case.file(desk.officer, 18, "WITHDRAWAL", "撤回申请.pdf")
    case.do(closing.withdraw, desk.officer, 18, statement=paper, confirmed_by=desk.colleague)


def merged(desk: Desk) -> None:
    """CLOSED: the same matter came once more and goes on under its first number."""
    case = desk.take_in(
        desk.officer, 25, "残疾等级评定（补充材料）", "PENSION", who="何可文", text="补充提交病历。", channel="LETTER"
    )
    with working_as(desk.officer):
        earlier = Petition.objects.visible_to(desk.officer).get(title=IN_HAND)
    case.do(closing.merge, desk.officer, 24, earlier=earlier, same_text="同一人就同一残疾等级评定补充材料。")
    case.deliver(desk.officer, 23)


def accused(desk: Desk) -> None:
    """REGISTERED: an accusation, there only for the person named at the bureau."""
    accusation(desk, 3, "反映窗口收费", "袁文可")


def handed_over(desk: Desk) -> None:
    """CLOSED: an accusation handed over under seal."""
    case = accusation(desk, 34, "反映工作纪律", "郭海平")
    case.do(accusing.seal_over, desk.leader, 30, body_name="青禾区纪委监委", pages=4, seal_number="样封-001")
    case.deliver(desk.leader, 28)


def accusation(desk: Desk, ago: int, title: str, who: str) -> Case:
    office = Office.objects.directory().get(pk=REPORTED_ON)
    return desk.take_in(desk.leader, ago, title, "STYLE", who=who, text="材料另封。", purpose="ACCUSATION", channel="LETTER",
                        respondents=[{"office": office}])  # fmt: skip


ENDED = {
    "光荣牌样式": answered_and_closed, "定期抚恤补助": under_review, "义务兵优待金": to_do_again, "企业军转身份": upheld_and_going_on,
    "荣军住房维修": settled, "军人优先窗口": suggestion, "档案查阅": withdrawn, "残疾等级评定（补充材料）": merged,
    "反映窗口收费": accused, "反映工作纪律": handed_over,
}  # fmt: skip
