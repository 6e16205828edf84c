"""文书 as letters: what each one says, from the case as it stands on the day it is issued. Set once, then frozen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from petitions.letter_facts import FACTS
from petitions.models import Deadline, Matter, Notice, OfficeProfile, Petition, Petitioner, ReviewAuthority, Transfer
from petitions.notice_kinds import TO_OFFICES
from veterans_portal.accounts.models import Office, User
from veterans_portal.printing import pdf_of

HONORIFIC = "同志"
NAMELESS = "匿名"  # as the forms of registering ask for it
WRITTEN = ("facts", "reasons", "legal_basis", "decision", "text")
ENDINGS = "。！？；"


def letter_pdf(notice: Notice, petition: Petition) -> bytes:
    """Return the PDF of a numbered notice. Raises PrintingUnavailable."""
    return pdf_of(render_to_string(f"petitions/letters/{notice.kind.lower()}.html", letter_context(notice, petition)))


def letter_context(notice: Notice, petition: Petition) -> dict[str, Any]:
    """Return what the templates of letters speak of. Days are dates; lists are in the order of the case."""
    profile = OfficeProfile.objects.filter(office_id=notice.office_id).first()
    office = Office.objects.get(pk=notice.office_id)
    clocks = {(one.kind, one.matter_id): one for one in Deadline.objects.running().filter(petition=petition)}
    matters = matters_of(petition, clocks)
    sent = Transfer.objects.filter(petition=petition, recalled_at=None).select_related("to_office", "from_office")
    transfer = sent.exclude(kind=Transfer.Kind.HAND_UP).order_by("-pk").first()
    names = User.objects.names([notice.drafted_by_id, notice.approved_by_id, petition.first_officer_id])
    context = {
        "notice": notice, "petition": petition, "unit": (profile and profile.public_name) or office.name,
        "has_letterhead": bool(profile and profile.has_letterhead), "address": (profile and profile.public_address) or office.address,
        "phone": (profile and profile.public_phone) or office.phone, "matters": matters,
        "contact": names.get(notice.drafted_by_id, ""), "signer": names.get(notice.approved_by_id, ""),
        "first_officer": names.get(petition.first_officer_id, ""),
        "to": addressee(notice, petition, transfer), "came": came(petition, notice.office_id, list(sent.order_by("pk"))),
        "answer": clocks.get(("ANSWER", None)) or clocks.get(("REDO", None)), "transfer": transfer,
        "clocks": {kind: one for (kind, _), one in clocks.items()}, "profile": profile,
        "authorities": authorities(profile), "destination": destination(transfer), "respond": outcome_words(matters),
    }  # fmt: skip
    return context | FACTS[notice.kind](context) if notice.kind in FACTS else context


def matters_of(petition: Petition, clocks: Mapping) -> list[Matter]:
    """Return the matters, each with the clock of its own statute and what was written of it as whole sentences."""
    found = list(Matter.objects.filter(petition=petition).select_related("fulfil_by").order_by("no"))
    for matter in found:
        matter.clock = clocks.get(("OTHER_STATUTE", matter.pk))
        matter.said = {name: sentence(getattr(matter, name)) for name in WRITTEN}
        if matter.said["decision"] == sentence(matter.get_outcome_display()):
            matter.said["decision"] = ""  # the outcome says it already
    return found


def sentence(text: str) -> str:
    """Return a text that ends as a sentence does; nothing stays nothing."""
    text = text.strip()
    return text if not text or text[-1] in ENDINGS else f"{text}。"


def addressee(notice: Notice, petition: Petition, transfer: Transfer | None) -> str:
    """Return who is written to: 李建国同志, 李建国等 5 人, or the office."""
    if notice.kind == "N18":
        return str(petition.turn_office or petition.office)
    if notice.kind in TO_OFFICES:
        if transfer is None:
            return "有关单位"
        is_back = notice.kind in ("N07", "N17")  # these go back to the office that sent the case
        return str(transfer.from_office or transfer.from_name if is_back else transfer.to_office or transfer.to_name)
    return petitioner_words(petition)


def petitioner_words(petition: Petition) -> str:
    names = list(Petitioner.objects.filter(petition=petition).order_by("-is_lead", "pk").values_list("name", flat=True))
    if not names or names == [NAMELESS]:
        return f"信访人{HONORIFIC}"
    if petition.people_count > 1 and len(names) < petition.people_count:
        return f"{'、'.join(names)}等{petition.people_count}人"
    return "、".join(f"{name}{HONORIFIC}" for name in names)


def came(petition: Petition, office_id: str, transfers: list[Transfer]) -> str:
    """Return who sent the matter on and when: （由区信访局于2026年3月3日转来）; empty when it was brought here."""
    here = [one for one in transfers if one.to_office_id == office_id]
    if here:
        return said_to_come(str(here[-1].from_office or here[-1].from_name), here[-1].arrived_on)
    if petition.source_name:
        return said_to_come(petition.source_name, petition.source_arrived_on or petition.received_on)
    return ""


def said_to_come(whence: str, on: date) -> str:
    return f"（由{whence}于{on.year}年{on.month}月{on.day}日转来）"


def authorities(profile: OfficeProfile | None) -> list[str]:
    """Return the bodies that may be asked for a review, each with its address when known."""
    if profile is None:
        return []
    rows = ReviewAuthority.objects.filter(profile=profile, is_active=True).select_related("office")
    places = dict(
        OfficeProfile.objects.filter(office__in=[one.office_id for one in rows]).values_list(
            "office_id", "public_address"
        )
    )
    found = []
    for one in rows:
        address = one.address or places.get(one.office_id) or (one.office.address if one.office_id else "")
        found.append(f"{one}（地址：{address}）" if address else str(one))
    return found


def destination(transfer: Transfer | None) -> Mapping[str, str]:
    if transfer is None:
        return {}
    if not transfer.to_office_id:
        return {"name": transfer.to_name, "address": "", "phone": ""}
    office = transfer.to_office
    profile = OfficeProfile.objects.filter(office=office).first()
    return {"name": (profile and profile.public_name) or office.name,
            "address": (profile and profile.public_address) or office.address,
            "phone": (profile and profile.public_phone) or office.phone}  # fmt: skip


def outcome_words(matters: list[Matter]) -> dict[str, list[Matter]]:
    """Return matters by the document that answers them."""
    return {
        "N10": [one for one in matters if one.route == "R6" and one.outcome != "SETTLED"],
        "N12": [one for one in matters if one.outcome == "SETTLED"],
        "N11": [one for one in matters if one.route in ("R5", "S") or (one.route == "R4" and one.is_kept)],
    }
