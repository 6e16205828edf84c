"""What single kinds of letters say beside the case itself: the letter they answer, days worked out, how a review came to be."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from petitions.calendars import live_calendar
from petitions.models import (
    Attachment,
    Delivery,
    FollowUp,
    Hearing,
    Mediation,
    Notice,
    Petition,
    Review,
    Transfer,
)
from petitions.notice_kinds import REPLIES
from petitions.rules.deadlines import objection_due, transfer_notice_due

KINDS_OF_TRANSFER = {
    Transfer.Kind.FORWARD: "转送", Transfer.Kind.ASSIGN: "交办", Transfer.Kind.DESIGNATE: "指定受理", Transfer.Kind.HAND_UP: "上报",
}  # fmt: skip


def of_transfer(context: Mapping) -> dict[str, Any]:
    """N02, N06: the verb, the recipient's days, and what goes with the letter."""
    transfer, petition = context["transfer"], context["petition"]
    calendar, _ = live_calendar()
    day = {"arrived_on": transfer.arrived_on, "calendar": calendar}
    return {
        "verb": KINDS_OF_TRANSFER[transfer.kind], "tell_by": transfer_notice_due(**day).due_on,
        "object_by": None if transfer.kind == Transfer.Kind.DESIGNATE else objection_due(**day).due_on,
        "materials": materials(petition),
    }  # fmt: skip


def materials(petition: Petition) -> list[str]:
    """Return the papers that go along, by kind and number; never by a file's name, which may be a person's."""
    rows = Attachment.objects.filter(petition=petition).order_by("kind").values_list("kind", flat=True)
    labels = dict(Attachment.Kind.choices)
    return ["信访事项登记表1份", *(f"{labels[kind]}{number}份" for kind, number in Counter(rows).items())]


def of_objection(context: Mapping) -> dict[str, Any]:
    """N07, N08: the letter that came with the case, and the one that objected."""
    rows = Notice.objects.filter(petition=context["petition"], voided_on=None).exclude(issued_on=None).order_by("-pk")
    transfer = context["transfer"]
    return {
        "verb": KINDS_OF_TRANSFER[transfer.kind],
        "letter": rows.filter(kind="N06", office=transfer.from_office_id).first() if transfer.from_office_id else None,
        "objection": rows.filter(kind="N07").first(),
        "materials": materials(context["petition"]),
    }


def of_answer(context: Mapping) -> dict[str, Any]:
    """N10 of a later round: the conclusion that took the first opinion away."""
    return {"redo": took_away(context["petition"])}


def took_away(petition: Petition) -> Notice | None:
    """Return the document that sent a case back to be worked on once more; None in the first round."""
    rows = Notice.objects.filter(petition=petition, review__outcome=Review.Outcome.REVOKED_REDO, voided_on=None)
    rows = rows.filter(cycle=petition.cycle - 1).exclude(issued_on=None).select_related("review")
    return rows.order_by("-pk").first()


def of_agreement(context: Mapping) -> dict[str, Any]:
    rows = Mediation.objects.filter(petition=context["petition"], result=Mediation.Result.AGREED)
    return {"mediation": rows.order_by("-pk").first() or Mediation(kind=Mediation.Kind.MEDIATION)}


def of_review(context: Mapping) -> dict[str, Any]:
    """N13, N14: the request, what the original opinion came to, the earlier stage, a hearing."""
    review = context["notice"].review
    earlier = (
        Notice.objects.filter(review=review.previous_id, voided_on=None).exclude(issued_on=None)
        if review.previous_id
        else None
    )
    held = Hearing.objects.filter(review=review).order_by("pk").first()
    told_on = (
        Delivery.objects.filter(notice=review.reply, failed_on=None).exclude(received_on=None).order_by("pk").first()
    )
    return {
        "review": review, "original": context["respond"]["N10"], "reply_received_on": told_on and told_on.received_on,
        "earlier": earlier and earlier.order_by("-pk").first(), "hearing": held, "asked": review.get_stage_display(),
    }  # fmt: skip


def of_report(context: Mapping) -> dict[str, Any]:
    """N17: the answers of this round with their delivery, and what the petitioner said afterwards."""
    petition = context["petition"]
    calls = FollowUp.objects.filter(petition=petition, cycle=petition.cycle).order_by("called_on", "pk")
    return {"replies": replies(petition), "calls": list(calls), "verb": KINDS_OF_TRANSFER[context["transfer"].kind]}


def replies(petition: Petition) -> list[Notice]:
    """Return the answers of this round, each with its last handing-over."""
    rows = Notice.objects.filter(petition=petition, cycle=petition.cycle, kind__in=REPLIES, voided_on=None)
    found = list(rows.exclude(issued_on=None).prefetch_related("deliveries").order_by("kind", "pk"))
    for one in found:
        one.sent = next(iter(sorted(one.deliveries.all(), key=lambda row: -row.pk)), None)
    return found


def of_supervision(context: Mapping) -> dict[str, Any]:
    """N18: the clocks that have run out or are running, and which law lets this office ask."""
    today = context["notice"].issued_on
    clocks = [one for one in context["clocks"].values() if not one.is_window and one.due_on]
    clocks.sort(key=lambda one: (one.due_on, one.pk))
    return {
        "over": [one for one in clocks if one.due_on < today],
        "due": [one for one in clocks if one.due_on >= today],
    }


FACTS = {
    "N02": of_transfer, "N06": of_transfer, "N07": of_objection, "N08": of_objection, "N10": of_answer, "N12": of_agreement,
    "N13": of_review, "N14": of_review, "N17": of_report, "N18": of_supervision,
}  # fmt: skip
