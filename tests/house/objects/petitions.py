"""A case of each office, with a document, a file and a receipt."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from petitions.actions import papers
from petitions.models import Notice, Review
from tests import factories as make
from tests.petitions import factories as case
from veterans_portal.accounts.models import ReadyFile
from veterans_portal.files import scratch

PDF = b"%PDF-1.4 "
OF_CASE = ("case", "case-paper", "consent", "case-deed", "petitioners-reveal", "file-new", "registered", "query-code")


def objects(made) -> dict:
    case.profile(made.office, can_decide=True, case_word=f"W{made.office.code[-7:]}")
    keeper = made.keeper
    petition = case.registered(keeper, title=made.canary, request_text=made.canary, petitioners=[case.petitioner(name=made.canary)],
                               matters=[case.matter(text=made.canary)])  # fmt: skip
    with make.as_(keeper), TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "x.pdf"
        path.write_bytes(BytesIO(PDF + made.canary.encode()).getvalue())
        file = papers.attach(
            petition=petition, path=path, file_name=f"{made.canary}.pdf", kind="EVIDENCE", by=keeper, at=make.NOON
        )
        stored = file.stored_name
        notice = Notice.objects.create(
            petition=petition, office=made.office, kind="N01", title=made.canary, body=made.canary, drafted_by=keeper,
            drafted_on=make.TODAY, stored_name=stored, created_at=make.NOON, created_by=keeper,
        )  # fmt: skip
        review = Review.objects.create(
            petition=petition, cycle=1, stage="REVIEW", reply=notice, office_name=made.canary, request_text=made.canary,
            handed_in_on=make.TODAY, requested_on=make.TODAY, created_at=make.NOON, created_by=keeper,
        )  # fmt: skip
        now = timezone.now()
        ready = ReadyFile.objects.create(
            actor_id=keeper.pk, name=f"{made.canary}.pdf", content_type="x", stored_name=stored, bytes=1, sha256="x",
            made_at=now, expires_at=now + timedelta(hours=1),
        )  # fmt: skip
    return {
        **{(f"petitions:{name}", "pk"): petition.pk for name in OF_CASE},
        ("petitions:case-deed", "deed"): "acceptance",
        ("petitions:case-paper", "paper"): "registration",
        ("petitions:registered", "file"): ready.pk,
        ("petitions:review-deed", "pk"): review.pk,
        ("petitions:review-deed", "deed"): "outside-conclusion",
        ("petitions:notice-pdf", "pk"): notice.pk,
        ("petitions:notice-proof", "pk"): notice.pk,
        ("petitions:file", "pk"): file.pk,
    }
