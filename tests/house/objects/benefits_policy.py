"""Policy and one-off money of the walk: a district's notice and rule, a grant, an application for aid, a posting."""

from datetime import date

from benefits.models import HardshipApplication, OneOffGrant, PolicyRule, PublicNotice, StandardNotice
from tests import factories as make
from veterans_portal.accounts.permissions import Role


def objects(made) -> dict:
    office, canary, by, at = made.office, made.canary, made.keeper, make.NOON
    district = make.staff(make.office(office.pk[:6]), Role.OFFICER)
    with make.as_(district):
        # a policy belongs to its jurisdiction: whoever works in the district reads it, so it carries no canary of the station
        number = f"样〔2026〕{made.place}号"
        notice = StandardNotice.objects.filter(doc_no=number).first() or StandardNotice.objects.create(
            doc_no=number, level="DISTRICT", jurisdiction=office.pk[:6], effective_from=date(2026, 1, 1), programme_codes=["COMBAT"],
            components=["BASE"], entered_by=district, entered_at=at,
        )  # fmt: skip
        rule = PolicyRule.objects.create(rule="CONFIRM_DAYS", value_int=60, jurisdiction=office.pk[:6], effective_from=date(2026, 1, 1),
                                         citation=number, source_mark="L", entered_by=district, entered_at=at)  # fmt: skip
    with make.as_(by):
        shared = {"office": office, "person": made.person, "paying_office_id": office.pk[:6], "proposed_by": by, "proposed_at": at,
                  "note": canary}  # fmt: skip
        grant = OneOffGrant.objects.create(
            programme_id="AWARD_MERIT", event_on=make.TODAY, certificate_no=canary, amount_yuan=6563, **shared
        )
        aid = HardshipApplication.objects.create(
            line="OWN", kind="HARDSHIP", programme_id="AID_HARDSHIP", situation="OTHER", reason=canary, **shared
        )
        posting = PublicNotice.objects.create(
            office=office, subject="GRANT", from_on=make.TODAY, days=5, day_kind="WORKING", until_on=make.TODAY, posted_by=by, posted_at=at,
            rows=[[grant.pk, canary, canary, canary, "", "6563.00"]],
        )  # fmt: skip
    steps = ("", "-file", "-scan", "-table", "-preview", "-publication", "-withdrawal", "-backpay")
    return {
        **{(f"benefits:notice{step}", "pk"): notice.pk for step in steps},
        ("benefits:rule", "pk"): rule.pk,
        **{(f"benefits:grant{verb}", "pk"): grant.pk for verb in ("", "-deed", "-resubmit")},
        ("benefits:grant-deed", "deed"): "review",
        **{(f"benefits:aid{verb}", "pk"): aid.pk for verb in ("", "-deed", "-resubmit", "-form")},
        ("benefits:aid-deed", "deed"): "visit",
        **{(f"benefits:publication{verb}", "pk"): posting.pk for verb in ("", "-sheet")},
    }
