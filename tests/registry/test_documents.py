"""材料: kept as what they are, sealed on disk, read with a trace, voided with a reason, chosen where proof is asked for."""

import pytest
from django.core.exceptions import ValidationError

from registry.actions import changes, documents
from registry.models import ChangeRequest, Document, Person, Plaque, StatusChange
from tests import factories as make
from tests.races import at_once
from tests.registry.papers import JPG, PDF, PNG, paper, upload
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.files import path_of


def refused(deed, *arguments, **named) -> str:
    with pytest.raises(ValidationError) as refusal:
        deed(*arguments, **named)
    return " ".join(refusal.value.messages)


@pytest.fixture
def person(station, clerk):
    return make.person(station, by=clerk, name="周长发", categories=["V02", "42"], hukou_type="RURAL")


def events(name: str) -> list[AuditEvent]:
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.filter(event=name))


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(JPG, "报告.exe", "image/jpeg"), (PNG, "a.jpg", "image/png"), (PDF, "a.jpg", "application/pdf")],
)
def test_what_a_file_is_follows_from_its_content(person, clerk, tmp_path, content, name, kind):
    made = paper(person, tmp_path, by=clerk, content=content, name=name)
    assert (made.content_type, made.bytes, made.file_name) == (kind, len(content), name)


@pytest.mark.parametrize(
    "content", [b"MZ" + b"x" * 90, b"<html><script>alert(1)</script>", b"GIF89a" + b"x" * 60, b"PK\x03\x04"]
)
def test_anything_else_is_refused_whatever_its_name(person, clerk, tmp_path, content):
    assert refused(paper, person, tmp_path, by=clerk, content=content) == documents.WRONG_FILE
    with make.as_(clerk):
        assert not Document.objects.exists()


def test_ten_megabytes_and_one_byte(person, clerk, tmp_path, settings):
    assert settings.DOCUMENT_MAX_BYTES == 10 * 1024 * 1024
    settings.DOCUMENT_MAX_BYTES = len(JPG)
    paper(person, tmp_path, by=clerk)
    assert refused(paper, person, tmp_path, by=clerk, content=JPG + b"x") == documents.WRONG_FILE


def test_a_paper_is_sealed_on_disk_and_its_deed_leaves_one_event(person, clerk, tmp_path):
    made = paper(person, tmp_path, by=clerk, content=JPG + b"plain words")
    assert b"plain words" not in path_of(made.stored_name).read_bytes()
    [event] = events("DOCUMENT_ADDED")
    assert (event.object_id, event.facts["document"], event.facts["sha256"]) == (str(person.pk), made.pk, made.sha256)
    assert "scan" not in str(event.facts)


def test_the_same_file_twice_is_told(person, station, clerk, tmp_path):
    first = paper(person, tmp_path, by=clerk)
    assert (
        refused(paper, person, tmp_path, by=clerk, kind="BOOK") == "这份文件已经上传过：身份证（scan.jpg），不用再传。"
    )
    other = make.person(station, by=clerk, name="罗兴旺")
    assert paper(other, tmp_path, by=clerk).sha256 == first.sha256
    with make.as_(clerk):
        documents.void_document(document=first, reason="传错人", by=clerk, at=make.NOON)
    assert paper(person, tmp_path, by=clerk).pk != first.pk


def test_two_clerks_upload_one_file_at_once(person, station, clerk, tmp_path, transactional_db):
    other = make.staff(station, "CLERK")
    path = tmp_path / "one"
    path.write_bytes(JPG)

    def deed(user):
        return lambda: documents.attach_document(
            person=person, path=path, file_name="a.jpg", kind="BOOK", by=user, at=make.NOON
        )

    results = at_once((clerk, deed(clerk)), (other, deed(other)))
    assert sum(isinstance(result, str) and "已经上传过" in result for result in results) == 1
    with make.as_(clerk):
        assert Document.objects.filter(person=person).count() == 1


def test_a_photo_becomes_the_photo_and_gives_way_to_the_one_before(person, clerk, tmp_path):
    assert refused(paper, person, tmp_path, by=clerk, content=PDF, kind="PHOTO") == documents.PHOTO_IS_A_PICTURE
    first = paper(person, tmp_path, by=clerk, kind="PHOTO")
    second = paper(person, tmp_path, by=clerk, content=PNG, kind="PHOTO")
    with make.as_(clerk):
        assert Person.objects.get(pk=person.pk).photo_id == second.pk
        documents.void_document(document=second, reason="看不清", by=clerk, at=make.NOON)
        assert Person.objects.get(pk=person.pk).photo_id == first.pk


def test_voiding_needs_a_reason_happens_once_and_spares_open_requests(person, clerk, tmp_path):
    made = paper(person, tmp_path, by=clerk)
    with make.as_(clerk):
        void = {"document": made, "by": clerk, "at": make.NOON}
        assert refused(documents.void_document, reason=" ", **void) == "请写明作废原因。"
        request = changes.propose_change(person=person, kind="ID_NUMBER", row=None, after={"id_number": make.id_number()},
                                         reason="证件更正", evidence=made, by=clerk, at=make.NOON)  # fmt: skip
        assert "待审核变更申请" in refused(documents.void_document, reason="x", **void)
        changes.withdraw_change(request=request, by=clerk, at=make.NOON)
        documents.void_document(reason="传错人", **void)
        assert refused(documents.void_document, reason="x", **void) == "这份材料已经作废。"
    assert len(events("DOCUMENT_VOIDED")) == 1


def test_a_dead_persons_dossier_takes_papers_a_merged_one_does_not(station, clerk, tmp_path):
    dead = make.person(station, by=clerk, status="DECEASED", died="2026-05")
    assert paper(dead, tmp_path, by=clerk, kind="DEATH").kind == "DEATH"
    other = make.person(station, by=clerk)
    with make.as_(clerk):
        Person.objects.filter(pk=dead.pk).update(status="MERGED", died="", merged_into=other)
    assert "已合并" in refused(paper, dead, tmp_path, by=clerk, content=PNG)


# ---- pages ------------------------------------------------------------------------------------------------------------


def test_reading_hands_over_the_file_as_what_it_is_and_leaves_a_trace(client, person, clerk, tmp_path):
    made = paper(person, tmp_path, by=clerk, content=PDF, name="证 明.pdf")
    client.force_login(clerk)
    url = f"/registry/documents/{made.pk}/reading/"
    assert client.get(url).status_code == 405
    answer = client.post(url)
    assert b"".join(answer.streaming_content) == PDF
    assert (answer["Content-Type"], answer["X-Content-Type-Options"], answer["Cache-Control"]) == (
        "application/pdf", "nosniff", "no-store")  # fmt: skip
    assert len(events("DOCUMENT_READ")) == 1


@pytest.mark.parametrize(
    ("who", "status"), [("city_user", 403), ("cashier", 403), ("foreign_clerk", 404), ("sibling_clerk", 404)]
)
def test_who_may_not_read(client, person, clerk, tmp_path, who, status, request):
    made = paper(person, tmp_path, by=clerk)
    client.force_login(request.getfixturevalue(who))
    assert client.post(f"/registry/documents/{made.pk}/reading/").status_code == status
    assert events("DOCUMENT_READ") == []


def test_uploading_on_the_page_of_a_person(page, person, clerk):
    url = f"/registry/people/{person.ref}/documents/"
    assert "还没有材料" in page(url, as_=clerk).text
    page(f"{url}new/", as_=clerk)
    soup = page(f"{url}new/", as_=clerk, expect=422, kind="BOOK", number="H-17", file=upload(b"no paper"))
    assert documents.WRONG_FILE in soup.select_one(".field__e").text
    assert soup.select_one("[name=number]")["value"] == "H-17"
    soup = page(f"{url}new/", as_=clerk, kind="BOOK", number="H-17", file=upload(), valid_to="2030-01-05")
    assert "户口簿" in soup.select_one("table").text and "2030-01-05" in soup.text
    with make.as_(clerk):
        made = Document.objects.get()
    soup = page(f"/registry/documents/{made.pk}/voiding/", as_=clerk, reason="传错人")
    assert "传错人" in soup.select_one("#voided").text


def test_a_change_request_takes_its_paper_on_the_spot_and_loses_nothing(page, person, clerk):
    number = make.id_number()
    url = f"/registry/people/{person.ref}/changes/new/?kind=ID_NUMBER"
    soup = page(url, as_=clerk, expect=422, id_number=number, reason="证件更正", evidence="")
    assert "请选择证明材料，或在下面上传。" in soup.text
    typed = {"id_number": "44052418800101001X", "reason": "证件更正", "evidence": "", "paper_kind": "ID_CARD"}
    soup = page(url, as_=clerk, expect=422, **typed, paper_file=upload())
    chosen = soup.select_one("select[name=evidence] option[selected]")
    assert chosen and "身份证（scan.jpg）" in chosen.text  # kept although the number was refused
    assert soup.select_one("[name=reason]").get("value") == "证件更正"
    page(url, as_=clerk, **typed | {"id_number": number, "evidence": chosen["value"]})
    with make.as_(clerk):
        assert ChangeRequest.objects.get().evidence_id == int(chosen["value"])


def test_a_refused_upload_keeps_what_was_typed(page, person, clerk):
    url = f"/registry/people/{person.ref}/changes/new/?kind=ID_NUMBER"
    typed = {"id_number": make.id_number(), "reason": "证件更正", "evidence": ""}
    soup = page(url, as_=clerk, expect=422, **typed, paper_kind="", paper_file=upload())
    assert "请选择新材料的种类。" in soup.text and soup.select_one("[name=reason]")["value"] == "证件更正"
    soup = page(url, as_=clerk, expect=422, **typed, paper_kind="ID_CARD", paper_file=upload(b"MZ"))
    assert documents.WRONG_FILE in soup.text and soup.select_one("[name=reason]")["value"] == "证件更正"


def test_the_same_paper_sent_again_is_simply_chosen(page, person, clerk, tmp_path):
    made = paper(person, tmp_path, by=clerk)
    url = f"/registry/people/{person.ref}/changes/new/?kind=ID_NUMBER"
    page(
        url,
        as_=clerk,
        id_number=make.id_number(),
        reason="更正",
        evidence="",
        paper_kind="ID_CARD",
        paper_file=upload(),
    )
    with make.as_(clerk):
        assert ChangeRequest.objects.get().evidence_id == made.pk


def test_the_checker_reads_the_paper_from_the_request(page, client, person, clerk, approver, tmp_path):
    made = paper(person, tmp_path, by=clerk)
    with make.as_(clerk):
        request = changes.propose_change(person=person, kind="ID_NUMBER", row=None, after={"id_number": make.id_number()},
                                         reason="证件更正", evidence=made, by=clerk, at=make.NOON)  # fmt: skip
    soup = page(f"/registry/changes/{request.pk}/", as_=approver)
    assert soup.select_one(f"form[action='/registry/documents/{made.pk}/reading/']")


def test_a_death_comes_with_its_certificate(page, person, clerk):
    url = f"/registry/people/{person.ref}/death/"
    page(url, as_=clerk)
    page(url, as_=clerk, died="2026-09-01", paper_file=upload(PDF))
    with make.as_(clerk):
        assert StatusChange.objects.get().evidence.kind == "DEATH"


def test_a_hanging_photo_is_a_paper_of_the_holder(page, person, clerk):
    home = make.household(person, by=clerk)
    with make.as_(clerk):
        plaque = Plaque.objects.create(household=home, office=home.office, holder=person, state="PENDING", bases=["V02"],
                                       created_at=make.NOON, created_by=clerk)  # fmt: skip
    url = f"/registry/plaques/{plaque.pk}/hang/"
    page(url, as_=clerk)
    page(url, as_=clerk, serial="A1", hung="2026-09-01", place="DOOR", signer="周", paper_file=upload())
    with make.as_(clerk):
        plaque.refresh_from_db()
        assert (plaque.state, plaque.photo.person_id) == ("HUNG", person.pk)
        assert Person.objects.get(pk=person.pk).photo_id is None
