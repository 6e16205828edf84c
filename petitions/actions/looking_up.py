"""
The two look-ups a counter needs, both within one's own handling chain and neither of them a history of a person.

At most one case for each step comes back, and no number of cases.
"""

from datetime import datetime

from django.db.models import Q

from petitions.models import CaseAccess, Petition, Petitioner
from petitions.models.petition import id_digest, phone_last4_digest
from petitions.workflow import stage_of
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action


def on_own_chain(by: User):
    """Cases that a place of one's own office shows, restricted ones never."""
    places = CaseAccess.objects.open().filter(Q(user=by) | Q(office_id=by.office_id))
    return Petition.objects.visible_to(by).filter(pk__in=places.values("petition_id"), is_restricted=False)


def one_for_each_state(rows) -> list[Petition]:
    found = list(rows.order_by("state", "-received_on", "-pk").distinct("state"))
    for case in found:
        case.public_stage = stage_of(case.state, is_closing=bool(case.pending_closing))
    return found


@action
def look_up(*, name: str, last4: str, by: User, at: datetime) -> list[Petition]:
    """Find the case of the person at the counter by name and the last four figures of the number she gave."""
    people = Petitioner.objects.filter(name=name, phone_last4_digest=phone_last4_digest(last4))
    found = one_for_each_state(on_own_chain(by).filter(pk__in=people.values("petition_id")))
    AuditEvent.record("PETITION_LOOKED_UP", by.office, by=by, at=at, found=bool(found))
    return found


@action
def look_for_same(*, id_number: str, by: User, at: datetime) -> list[Petition]:
    """Find open cases that may be the same matter, so that it is not registered twice. Nothing is asked without a number."""
    if not id_number:
        return []
    people = Petitioner.objects.filter(id_digest=id_digest(id_number))
    found = one_for_each_state(on_own_chain(by).open().filter(pk__in=people.values("petition_id")))
    AuditEvent.record("SAME_PETITION_LOOKED_UP", by.office, by=by, at=at, found=bool(found))
    return found
