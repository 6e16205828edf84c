"""Cases of the demo that are under way: one in each state, some with days to spare, some due soon, some late."""

from petitions.actions import closing as closings
from petitions.actions import extending, handling, helping, objecting, recusing, routing, supervising
from petitions.models import Attachment, Petitioner
from reports.demo.accounts import working_as
from reports.demo.petition_desk import EXPLAINED, Case, Desk

OBJECTION = "社会保险接续由户籍所在地的区县局负责，本人户籍已于去年迁出本区，本单位没有这项职权，建议转送现户籍地办理。"
CONSENT = "同意书.pdf"


def at_the_counter(desk: Desk) -> None:
    """REGISTERED at the station: time to spare."""
    desk.take_in(desk.clerk, 2, "优待证损坏补办", "CARD", who="何志平", text="优待证芯片损坏，请求补办。")


def due_soon(desk: Desk) -> None:
    """REGISTERED at the station yesterday."""
    desk.take_in(
        desk.clerk, 1, "住院费用优待", "PENSION", who="邓春海", text="请求说明住院费用的优待办法。", channel="PHONE"
    )


def at_the_town(desk: Desk) -> None:
    """REGISTERED at the town: it should have been handed up, and the notice is due in two days."""
    desk.take_in(desk.head, 13, "公益性岗位安排", "JOB", who="许立军", text="请求安排公益性岗位。")


def handed_up(desk: Desk) -> None:
    """TRANSFERRED: the bureau has not signed for it."""
    case = desk.take_in(desk.clerk, 5, "立功受奖奖励金", "HONOUR", who="袁建文", text="请求发放立功受奖一次性奖励金。")
    case.hand_up(desk.clerk, 4)


def notice_late(desk: Desk) -> None:
    """REGISTERED at the bureau: the petitioner should have been told two days ago."""
    desk.take_in(
        desk.officer,
        17,
        "养老保险接续",
        "RESETTLE",
        who="蒋远志",
        text="请求补缴断缴期间的养老保险。",
        channel="LETTER",
    )


def without_a_name(desk: Desk) -> None:
    """REGISTERED: an anonymous letter; nobody can be told, and the page says why."""
    desk.take_in(desk.colleague, 1, "烈士纪念碑维护", "HONOUR", who="匿名", text="反映纪念碑护栏损坏。", channel="LETTER",
                 notice_exempt_reason="匿名来信，姓名、住址不清")  # fmt: skip


def objected(desk: Desk) -> None:
    """OBJECTED: sent down by the city; the district says it is not its own."""
    case = desk.take_in(
        desk.city_officer,
        9,
        "社会保险接续地",
        "RESETTLE",
        who="罗心可",
        text="请求明确由哪里接续社会保险。",
        channel="ONLINE",
    )
    case.send_down(desk.city_officer, 6, kind="FORWARD", reason="属区县局职责，请依规办理。")
    case.do(objecting.object_to, desk.officer, 3, text=OBJECTION)


def assigned_and_late(desk: Desk) -> None:
    """HANDLING: assigned by the city with a day for feedback, six days late, and urged."""
    case = desk.take_in(desk.city_officer, 76, "安置待遇落实", "RESETTLE", who="郑海燕", text="请求落实安置期间生活补助。", channel="ONLINE",
                        source="FROM_UPPER", source_name="样例省退役军人事务厅", source_ref="样退信转〔示例〕12号",
                        source_arrived_on=desk.day(76))  # fmt: skip
    case.send_down(desk.city_officer, 74, kind="ASSIGN", reason="请办理并反馈结果。", feedback_due_on=desk.day(4))
    case.do(routing.sign_for, desk.officer, 73)
    case.accept(desk.officer, 66).assign(desk.colleague, 65, "移交安置股").heard(desk.colleague, 50)
    case.do(supervising.supervise, desk.city, 2, kind="SUPERVISE", reply_due_on=desk.day(-5),
            text="办结期限已过，请说明原因，抓紧作出处理意见并送达。")  # fmt: skip


def accepted(desk: Desk) -> None:
    """ACCEPTED: waits for somebody to be given the case."""
    desk.accepted(2, "带病回乡补助", "PENSION", who="彭文平", text="请求认定带病回乡退役军人。", channel="LETTER")


def asks_for_days(desk: Desk) -> None:
    """HANDLING: due in three days, and more days asked for."""
    case = desk.accepted(57, "残疾等级评定", "PENSION", who="何可文", text="请求重新评定残疾等级。")
    case.assign(desk.officer, 55).heard(desk.officer, 40)
    case.do(
        extending.apply_extension, desk.officer, 1, days=20, reason="部队档案在外省，调档函尚未回复，需等原始病历。"
    )


def extended(desk: Desk) -> None:
    """HANDLING: extended; the petitioner wishes that another handles it."""
    case = desk.accepted(
        63, "伤残证明材料", "PENSION", who="贺静远", text="请求认可服役期间的伤残证明。", channel="ONLINE"
    )
    case.assign(desk.officer, 60).heard(desk.officer, 45)
    case.do(extending.apply_extension, desk.officer, 8, days=30, reason="需向原部队核对伤情记录。")
    case.do(extending.rule_extension, desk.leader, 5, is_approved=True, text="")
    case.do(
        recusing.declare_recusal,
        desk.colleague,
        1,
        user=desk.officer,
        ground="INTEREST",
        reason="信访人提出，曾与承办人有纠纷。",
    )


def answer_to_sign(desk: Desk) -> None:
    """AWAITING_APPROVAL: an answer to a joint petition."""
    case = desk.accepted(30, "老兵驿站场地", "AID", who="袁兰华", others=("邓平志", "许春文"), text="请求延长老兵驿站开放时间。",
                         channel="JOINT_VISIT")  # fmt: skip
    case.assign(desk.colleague, 28, "综合股").heard(desk.colleague, 20)
    case.do(handling.submit_reply, desk.colleague, 1, matters={1: EXPLAINED})


def closing_to_sign(desk: Desk) -> None:
    """AWAITING_APPROVAL: a labour dispute is guided to arbitration."""
    case = desk.take_in(desk.officer, 6, "企业欠薪", "LAW", who="郭志立", text="反映所在企业拖欠工资。")
    case.do(closings.propose_closing, desk.officer, 1, kind="GUIDED", text="属劳动争议，依法申请仲裁。",
            routes={1: {"route": "R2", "procedure_name": "劳动争议仲裁", "competent_body": "青禾区劳动人事争议仲裁委员会"}})  # fmt: skip


def to_ask_afterwards(desk: Desk) -> None:
    """REPLIED: from the station up and back; supported, not yet carried out, and a need passed on with consent."""
    case = desk.take_in(desk.clerk, 45, "烈属慰问金", "PENSION", who="罗兰静", text="请求补发烈属慰问金。").hand_up(
        desk.clerk, 44
    )
    case.do(routing.sign_for, desk.officer, 43)
    case.accept(desk.officer, 41).assign(desk.officer, 40).heard(desk.officer, 30)
    supported = EXPLAINED | {"outcome": "SUPPORT", "decision": "补发上一年度慰问金。", "fulfil_by": desk.bureau,
                             "fulfil_due_on": desk.day(-10)}  # fmt: skip
    case.answered(desk.officer, 15, {1: supported}).deliver(desk.officer, 12, arrives=11, mode="REGISTERED")
    consent = case.file(desk.officer, 10, "CONSENT", CONSENT)
    refer(case, desk, consent)


def refer(case: Case, desk: Desk, consent: Attachment) -> None:
    """Pass a need on to the bureau's own aid desk."""
    with working_as(desk.officer):
        lead = Petitioner.objects.visible_to(desk.officer).get(petition=case.petition, is_lead=True)
    case.do(helping.refer_to_aid, desk.officer, 9, petitioner=lead, need_code="LIVING", note="独居，请上门了解", consent=consent,
            consent_on=desk.day(10), to_office=desk.bureau)  # fmt: skip


UNDER_WAY = {
    "优待证损坏补办": at_the_counter, "住院费用优待": due_soon, "公益性岗位安排": at_the_town, "立功受奖奖励金": handed_up,
    "养老保险接续": notice_late, "烈士纪念碑维护": without_a_name, "社会保险接续地": objected, "安置待遇落实": assigned_and_late,
    "带病回乡补助": accepted, "残疾等级评定": asks_for_days, "伤残证明材料": extended, "老兵驿站场地": answer_to_sign,
    "企业欠薪": closing_to_sign, "烈属慰问金": to_ask_afterwards,
}  # fmt: skip
