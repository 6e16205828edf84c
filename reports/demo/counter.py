"""What a clerk of the demo district has done at the counter: a martyr with his survivor, and a referral that waits."""

from datetime import datetime

from django.utils import timezone

from registry.actions.fallen import register_fallen, tie_survivor
from registry.actions.identities import add_identity
from registry.actions.referrals import open_referral
from registry.models import AidReferral, Category, Fallen, Person
from reports.demo.accounts import working_as
from veterans_portal.accounts.models import Office, User

WIDOW, SEEKER = "何秀英", "彭建军"
MARTYR = {"name": "何卫民", "kind": "MARTYR", "died": "1979-02", "cause": "作战牺牲", "approved_by": "原所在部队",
          "certificate_no": "样烈字第0001号", "buried_at": "样例市烈士陵园"}  # fmt: skip
NEED = {"need_code": "JOB", "note": "想学一门手艺，问有没有培训班"}


def leave_counter_work(clerk: User, *, at: datetime) -> None:
    """Do it as the clerk would, unless it has been done."""
    today = timezone.localdate(at)
    with working_as(clerk):
        people = {
            person.name: person
            for person in Person.objects.visible_to(clerk).filter(name__in=(WIDOW, SEEKER), import_batch=None)
        }
        if not Fallen.objects.visible_to(clerk).filter(certificate_no=MARTYR["certificate_no"]).exists():
            martyr = register_fallen(values=MARTYR | {"office_id": clerk.office_id}, by=clerk, at=at, today=today)
            survivor = add_identity(person=people[WIDOW], category=Category.objects.get(pk="21"), values={"relation": "配偶"}, by=clerk,
                                    at=at, today=today)  # fmt: skip
            tie_survivor(identity=survivor, fallen=martyr, relation="配偶", is_certificate_holder=True, by=clerk, at=at)
        if not AidReferral.objects.visible_to(clerk).filter(person=people[SEEKER]).exists():
            above = Office.objects.directory().get(pk=clerk.office.district_code)
            open_referral(
                person=people[SEEKER], to_office=above, consent_on=today, by=clerk, at=at, today=today, **NEED
            )
