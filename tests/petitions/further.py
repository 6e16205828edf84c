"""Steps of a case that several files of tests need, done as the people who would do them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from petitions.actions import papers, routing
from petitions.models import Attachment, Deadline, Notice, Petition
from tests import factories as make
from tests.petitions import factories as case
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.files import scratch

REASON = "依据职责分工，残疾等级评定由户籍所在区县局负责，本单位没有这项职权，建议转送户籍地办理。"


def clocks(petition, by) -> dict[str, Deadline]:
    with make.as_(by):
        return {one.kind: one for one in Deadline.objects.visible_to(by).filter(petition=petition).order_by("pk")}


def events(petition, by) -> list[str]:
    with make.as_(by):
        return list(AuditEvent.objects.about(petition).order_by("pk").values_list("event", flat=True))


def notices(petition, by) -> list[str]:
    with make.as_(by):
        return list(
            Notice.objects.visible_to(by).filter(petition=petition).order_by("pk").values_list("kind", flat=True)
        )


def sees(petition, by) -> bool:
    with make.as_(by):
        return Petition.objects.visible_to(by).filter(pk=petition.pk).exists()


def filed(petition, by, kind: str, *, day="2026-03-10") -> Attachment:
    """Return a file of the case, uploaded by somebody who may."""
    with make.as_(by), TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "x.pdf"
        path.write_bytes(b"%PDF-1.4 " + f"{kind}{petition.pk}".encode())
        return papers.attach(petition=petition, path=path, file_name="签名材料.pdf", kind=kind, by=by, at=case.at(day))


def forwarded(city, people, *, day="2026-06-17", kind="FORWARD", petition=None):
    """Return a case that the city has sent to the district's bureau, arrived and not signed for."""
    petition = petition or case.registered(
        city.sorter, received_on=case.later(day, -2), registered_on=case.later(day, -2)
    )
    return case.do(
        routing.transfer, petition, by=city.sorter, day=day, kind=kind, to_office=people.office, reason="属区局职责"
    )
