"""Whose turn a case is. Every state has an owner, also when the person it would fall to must stand back."""

from typing import NamedTuple

from petitions.models import (
    Assignment,
    CaseAccess,
    Deadline,
    Notice,
    OfficeProfile,
    Petition,
    Recusal,
    Respondent,
    Transfer,
)
from petitions.workflow import PLACES, State
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import HOLDERS, Permission


class Turn(NamedTuple):
    """office: code. user: key of the one person who holds it, or None for whoever of the office may."""

    office: str
    user: int | None


def turn_of(petition: Petition) -> Turn:
    """
    Return whose turn it is.

    The office of the state's row, unless nobody there may and can; then the nearest office above that has somebody who
    may do what the step needs.
    """
    if petition.is_restricted:
        return restricted_turn(petition)
    first, needs, shut_out = natural_turn(petition)
    barred = shut_out | barred_from(petition)
    for code in upwards(first.office):
        free = able(code, needs, barred)
        if code == first.office and first.user is not None and first.user in free:
            return first
        if free:
            return Turn(code, None)
    return Turn(upwards(first.office)[-1], None)


def natural_turn(petition: Petition) -> tuple[Turn, Permission, set[int]]:
    """Return the owner by the table, the permission needed, and who is shut out of this step alone."""
    state = State(petition.state)
    needs, office = PLACES[state].needs, petition.office_id
    if state == State.REGISTERED:
        return registered_turn(petition)
    if state in (State.TRANSFERRED, State.OBJECTED):
        pending = Transfer.objects.filter(petition=petition, recalled_at=None, ruling="").order_by("-pk").first()
        end = pending and (pending.to_office_id if state == State.TRANSFERRED else pending.from_office_id)
        return Turn(end or office, None), needs, set()
    if state == State.HANDLING:
        lead = Assignment.objects.filter(petition=petition, role="LEAD", ended_on=None).first()
        return (Turn(lead.office_id, lead.officer_id) if lead else Turn(office, None)), needs, set()
    if state == State.AWAITING_APPROVAL:
        return Turn(office, None), needs, set(pending_notices(petition).values_list("drafted_by_id", flat=True))
    if state == State.TO_DELIVER:
        return delivering_turn(petition, needs)
    if state == State.REPLIED:
        return following_turn(petition, needs)
    return Turn(office, None), needs, set()


def registered_turn(petition: Petition) -> tuple[Turn, Permission, set[int]]:
    """Where nobody decides, the first officer hands the case up."""
    if OfficeProfile.objects.filter(office_id=petition.office_id, can_decide=True).exists():
        return Turn(petition.office_id, None), Permission.SORT_PETITION, set()
    return Turn(petition.office_id, petition.first_officer_id), Permission.HAND_UP_PETITION, set()


def delivering_turn(petition: Petition, needs) -> tuple[Turn, Permission, set[int]]:
    """The station asked to deliver, else whoever drafted."""
    place = CaseAccess.objects.open().filter(petition=petition, basis="DELIVERY").exclude(office=None).first()
    if place:
        return Turn(place.office_id, None), needs, set()
    drafter = Notice.objects.filter(petition=petition, voided_on=None).exclude(approved_by=None).order_by("-pk").first()
    return Turn(petition.office_id, drafter.drafted_by_id if drafter else None), needs, set()


def following_turn(petition: Petition, needs) -> tuple[Turn, Permission, set[int]]:
    """Not the handling officer; where the station has nobody else, the deciding office (one-clerk stations)."""
    handlers = handlers_of(petition)
    office = petition.follow_up_office_id
    if not able(office, needs, handlers | barred_from(petition)):
        office = petition.office_id
    return Turn(office, None), needs, handlers


def restricted_turn(petition: Petition) -> Turn:
    """The person named holds every turn."""
    named = CaseAccess.objects.open().filter(petition=petition).exclude(user=None).order_by("-pk").first()
    return Turn(petition.office_id, named.user_id if named else None)


def pending_notices(petition: Petition):
    """Drafts that wait for a signature."""
    return Notice.objects.filter(petition=petition, review=None, approved_by=None, returned_on=None, voided_on=None,
                                 issued_on=None)  # fmt: skip


def handlers_of(petition: Petition) -> set[int]:
    found = Assignment.objects.filter(petition=petition, cycle=petition.cycle)
    return set(found.values_list("officer_id", flat=True))


def barred_from(petition: Petition) -> set[int]:
    """Return who must stand back: reported on, or an upheld recusal."""
    reported = Respondent.objects.filter(petition=petition).exclude(user=None).values_list("user_id", flat=True)
    aside = Recusal.objects.filter(petition=petition, is_upheld=True, ended_on=None).values_list("user_id", flat=True)
    return {*reported, *aside}


def able(office: str, needs: str, barred: set[int]) -> set[int]:
    """Return the people of an office who hold a permission and need not stand back."""
    found = User.objects.filter(office_id=office, is_active=True, role__in=HOLDERS[needs]).values_list("pk", flat=True)
    return set(found) - barred


def upwards(code: str) -> list[str]:
    """Return an office's code and those above it, the nearest first."""
    codes = [code[:length] for length in range(1, len(code) + 1)]
    return list(Office.objects.filter(pk__in=codes).order_by("-code").values_list("code", flat=True))


def next_act_by(petition: Petition):
    """Return the first day by which the agency must act, or None."""
    running = Deadline.objects.running().filter(petition=petition, is_window=False).exclude(act_by_on=None)
    return running.order_by("act_by_on").values_list("act_by_on", flat=True).first()
