"""Verbs of one 优待证 (anchor: the person, then the card). Every deed is in workflow_cards; every refusal has its sentence."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from registry import living_codes
from registry.actions.anchor import create
from registry.actions.card_steps import REPLACED, SAME_PERSON, day_of, give_back, lock, note, put, take
from registry.models import Card, Document, Identity, Person
from registry.models.card import LIVE_STATES
from registry.reference_cards import CARD_CATEGORIES
from registry.rules.papers import missing_for_card
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

NO_RIGHT = "没有已登记的退役或遗属身份，不能申领。"
HAS_ONE = "此人已有在办或在用的优待证。"
GO_TO_BANK = "请持身份证到银行办理换卡。"
AT_THE_BANK = (Card.Reason.UNREADABLE, Card.Reason.DEFACED)


def refuse_unfit(person: Person, kind: str, *, by: User) -> None:
    held = Identity.objects.visible_to(by).open().filter(person=person)
    if not held.filter(category__in=CARD_CATEGORIES.get(kind, ())).exists():
        raise ValidationError({"kind": NO_RIGHT})


def application(person: Person, *, kind: str, by: User, at: datetime, **values) -> Card:
    """Write a new application of a person who is locked."""
    today = day_of(at)
    card = Card(person=person, office_id=person.office_id, kind=kind, accepting_office_id=person.office_id, applied_on=today,
                state_since=today, steps=[note("APPLIED", today, by)], **values)  # fmt: skip
    create(card, by=by, at=at)
    return card


@action
def apply_card(
    *, person: Person, kind: str, apply_place: str, by: User, at: datetime, agent: str = "", bank: str = ""
) -> Card:
    """
    Apply for a first card.

    Raises: ValidationError: no identity of the kind, a card in hand or under way, not in the registry.
    """
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if found.status != Person.Status.ACTIVE:
        raise ValidationError(f"这份档案当前为“{found.get_status_display()}”，不能申领。")
    refuse_unfit(found, kind, by=by)
    if Card.objects.visible_to(by).live().filter(person=found, state__in=LIVE_STATES).exists():
        raise ValidationError(HAS_ONE)
    card = application(found, kind=kind, apply_place=apply_place, agent=agent.strip(), bank=bank.strip(), by=by, at=at)
    AuditEvent.record("CARD_APPLIED", found, by=by, at=at, card=card.pk, kind=kind)
    return card


@action
def accept_card(*, card: Card, by: User, at: datetime) -> Card:
    """Accept an application, at the town station. Raises ValidationError: the photo or the ID card is missing."""
    person, found = lock(card, "accept", by=by)
    held = Document.objects.visible_to(by).live().filter(person=person, voided_at=None).values_list("kind", flat=True)
    if missing := missing_for_card(held):
        words = "和".join(living_codes.DOCUMENT_KIND[kind] for kind in missing)
        raise ValidationError(f"缺少{words}材料，请先上传再受理。")
    return take(person, found, "accept", by=by, at=at, accepting_office=by.office, accepted_by=by, accepted_at=at,
                district_by=None, district_at=None, city_by=None, city_at=None, return_note="")  # fmt: skip


@action
def pass_card_district(*, card: Card, by: User, at: datetime) -> Card:
    """The district's review. Raises ValidationError for who accepted the application."""
    person, found = lock(card, "pass-district", by=by)
    if found.accepted_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    return take(person, found, "pass-district", by=by, at=at, district_by=by, district_at=at)


@action
def pass_card_city(*, card: Card, by: User, at: datetime) -> Card:
    """The city's review. Raises ValidationError for who accepted or reviewed before."""
    person, found = lock(card, "pass-city", by=by)
    if by.pk in (found.accepted_by_id, found.district_by_id):
        raise ValidationError(SAME_PERSON)
    return take(person, found, "pass-city", by=by, at=at, city_by=by, city_at=at)


@action
def record_card_province(*, card: Card, approved_on: date, by: User, at: datetime) -> Card:
    """Note that the province passed it, on which day. Raises ValidationError for a day to come."""
    person, found = lock(card, "record-province", by=by)
    refuse_later(approved_on, at, "省级审核日期晚于今天。", "approved_on")
    return take(person, found, "record-province", by=by, at=at, on=approved_on)


def refuse_later(day: date, at: datetime, sentence: str, field: str) -> None:
    if day > day_of(at):
        raise ValidationError({field: sentence})


@action
def start_card_making(*, card: Card, by: User, at: datetime) -> Card:
    """The district hands the order to the bank."""
    person, found = lock(card, "start-making", by=by)
    return take(person, found, "start-making", by=by, at=at)


@action
def sign_card_in(*, card: Card, by: User, at: datetime) -> Card:
    """The district signs for the card the bank made."""
    person, found = lock(card, "sign-in", by=by)
    return take(person, found, "sign-in", by=by, at=at)


@action
def send_card_to_station(*, card: Card, by: User, at: datetime) -> Card:
    """The card lies at the station, to be fetched."""
    person, found = lock(card, "send", by=by)
    return take(person, found, "send", by=by, at=at)


@action
def return_card(*, card: Card, reason: str, by: User, at: datetime) -> Card:
    """Send an application back to the station, by whose turn it is. Raises ValidationError: no reason."""
    person, found = lock(card, "return", by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回原因。"})
    return take(person, found, "return", by=by, at=at, return_note=reason.strip())


@action
def issue_card(*, card: Card, issued_on: date | None, signer: str, by: User, at: datetime) -> Card:
    """
    Hand a card over; the one it replaces is closed with it.

    Raises: ValidationError: no day, a day to come or before the card was at the station, no signer.
    """
    person, found = lock(card, "issue", by=by)
    if issued_on is None or not signer.strip():
        raise ValidationError("请填写领取日期和签收人。")
    refuse_later(issued_on, at, "领取日期晚于今天。", "issued_on")
    if issued_on < found.state_since:
        raise ValidationError({"issued_on": f"卡是 {found.state_since} 到站的，领取日期不能更早。"})
    take(person, found, "issue", by=by, at=at, on=issued_on, issued_on=issued_on, signer=signer.strip())
    if found.replaces_id:
        put(Card.objects.select_for_update(of=("self",)).get(pk=found.replaces_id), Card.State.CLOSED, by=by, at=at,
            closed_reason=REPLACED)  # fmt: skip
    return found


@action
def report_card_lost(*, card: Card, on: date, by: User, at: datetime) -> Card:
    """Note a loss; the bank blocks the card on the holder's word. Raises ValidationError for a day to come."""
    person, found = lock(card, "report-lost", by=by)
    refuse_later(on, at, "挂失日期晚于今天。", "on")
    return take(person, found, "report-lost", by=by, at=at, on=on)


@action
def replace_card(*, card: Card, reason: str, by: User, at: datetime, agent: str = "") -> Card:
    """
    Apply for another card in place of this one; returns the new application.

    Raises: ValidationError: what the bank does itself, a loss that was not reported, no identity of the other kind.
    """
    person, found = lock(card, "replace", by=by)
    if reason in AT_THE_BANK:
        raise ValidationError({"reason": GO_TO_BANK})
    if reason not in Card.Reason.values or reason == Card.Reason.FIRST:
        raise ValidationError({"reason": "请选择补换原因。"})
    if (reason == Card.Reason.LOST) != (found.state == Card.State.LOST):
        lost = found.state == Card.State.LOST
        raise ValidationError(
            {"reason": "这张证已挂失，原因请选“遗失”。" if lost else "遗失的请先登记挂失，再申请补换。"}
        )
    kind = found.kind
    if reason == Card.Reason.KIND_CHANGED:
        kind = Card.Kind.SURVIVOR if found.kind == Card.Kind.VETERAN else Card.Kind.VETERAN
    refuse_unfit(person, kind, by=by)
    put(found, Card.State.REPLACING, by=by, at=at)
    fresh = application(person, kind=kind, apply_place=found.apply_place, bank=found.bank, reason=reason, replaces=found,
                        agent=agent.strip(), by=by, at=at)  # fmt: skip
    AuditEvent.record("CARD_REPLACED", person, by=by, at=at, card=fresh.pk, replaces=found.pk, reason=reason)
    return fresh


@action
def close_card(*, card: Card, reason: str, by: User, at: datetime) -> Card:
    """
    Stop a card or an application. An application in place of an older card gives that one back as it was.

    Raises: ValidationError: no reason.
    """
    person, found = lock(card, "close", by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请填写停用原因。"})
    replaces = found.replaces_id if found.state not in ("ISSUED", "LOST") else None
    take(person, found, "close", by=by, at=at, closed_reason=reason.strip())
    if replaces:
        give_back(found, by=by, at=at)
    return found


VERBS = {
    "accept": accept_card, "pass-district": pass_card_district, "pass-city": pass_card_city,
    "record-province": record_card_province, "start-making": start_card_making, "sign-in": sign_card_in,
    "send": send_card_to_station, "issue": issue_card, "return": return_card, "report-lost": report_card_lost,
    "replace": replace_card, "close": close_card,
}  # fmt: skip
