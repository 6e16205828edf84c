"""Papers that are printed for a moment and frozen nowhere: the receipt of a registration, the proof of delivery."""

from petitions.letters import petitioner_words
from petitions.models import Deadline, Delivery, Matter, Notice, OfficeProfile, Petition
from veterans_portal.printing import render_pdf

TOLD = ("NOTICE", "TRANSFER_NOTICE")


def about_unit(office_id: str) -> dict:
    profile = OfficeProfile.objects.filter(office_id=office_id).select_related("office").first()
    return {
        "unit": profile.public_name, "address": profile.public_address or profile.office.address,
        "phone": profile.public_phone or profile.office.phone,
    } if profile else {"unit": "", "address": "", "phone": ""}  # fmt: skip


def receipt_pdf(petition: Petition, query_code: str, *, user, now) -> bytes:
    """Return 登记回执: that it is registered, until when word will come, and the code. Raises PrintingUnavailable."""
    clocks = Deadline.objects.visible_to(user).running().filter(petition=petition, kind__in=TOLD)
    matters = Matter.objects.visible_to(user).filter(petition=petition).order_by("no")
    context = about_unit(petition.registered_office_id) | {
        "petition": petition, "query_code": query_code, "matters": list(matters), "to": petitioner_words(petition),
        "contact": user.display_name, "notice_clock": clocks.order_by("due_on").first(), "printed_by": user.display_name, "now": now,
    }  # fmt: skip
    return render_pdf("petitions/letters/receipt.html", context)


def proof_pdf(notice: Notice, *, user, now) -> bytes:
    """Return 送达回证 of a document: filled in as far as its last delivery is known. Raises PrintingUnavailable."""
    delivery = Delivery.objects.visible_to(user).filter(notice=notice).select_related("petitioner", "to_office").last()
    named = (delivery.petitioner or delivery.to_office or delivery.to_name) if delivery else None
    context = about_unit(notice.office_id) | {
        "petition": notice.petition, "notice": notice, "delivery": delivery or Delivery(),
        "addressee": named or petitioner_words(notice.petition), "printed_by": user.display_name, "now": now,
    }  # fmt: skip
    return render_pdf("petitions/letters/n15.html", context)
