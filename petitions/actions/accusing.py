"""检举控告: only handed over, sealed, to the body that has the power. Nothing is looked into here."""

from datetime import datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import create, day_of, finish, lock, note_step
from petitions.actions.routing import issue
from petitions.models import Matter, Petition, Transfer
from petitions.workflow import State
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

ONLY_ACCUSATIONS = "只有检举控告件密封移交。"


@action
def seal_over(
    *, petition: Petition, body_name: str, pages: int, seal_number: str, row_version: int, by: User, at: datetime
) -> Petition:
    """
    Hand an accusation over, sealed: a list that tells no content to the body, a notice that tells none to the petitioner.

    body_name: who has the power over whom it is about. pages: sheets under the seal, at least one.
    Raises:    ValidationError: not an accusation, no body, no pages or seal.
    """
    found = lock(petition, "seal_over", row_version=row_version, by=by)
    if not found.is_restricted:
        raise ValidationError(ONLY_ACCUSATIONS)
    if not body_name.strip() or not seal_number.strip() or pages < 1:
        raise ValidationError({"body_name": "请写明接收机关、页数和封条编号。"})
    Matter.objects.filter(petition=found).update(route="D", outcome="HANDED_OVER", competent_body=body_name.strip(),
                                                 decided_cycle=found.cycle)  # fmt: skip
    sent = Transfer(petition=found, kind=Transfer.Kind.FORWARD, from_office_id=found.office_id, to_name=body_name.strip(), sent_at=at,
                    arrived_on=day_of(at))  # fmt: skip
    create(sent, by=by, at=at)
    found.pending_closing, found.state = Petition.ClosingKind.HANDED_OVER, State.TO_DELIVER
    step = note_step(found, "seal_over", before=State.REGISTERED, by=by, at=at)
    clocks.meet(found, ("SORTING",), day_of(at), step)
    issue(found, "N16", by=by, at=at, body=f"材料共{pages}页，封条编号{seal_number.strip()}，密封移交，未拆封摘录。")
    issue(found, "N03", by=by, at=at)
    return finish(found, "seal_over", by=by, at=at, pages=pages)
