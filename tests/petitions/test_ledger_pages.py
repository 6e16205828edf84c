"""信访登记台账 on the pages: what is in the file, who may take it out, and an upload in three steps."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from petitions.actions import ledgers as actions
from petitions.models import OfficeProfile, Petition
from tests import factories as make
from tests.petitions import factories as cases
from tests.petitions.test_import_ledger import ROWS, book
from veterans_portal.accounts.models import AuditEvent, ReadyFile
from veterans_portal.files import read_sealed
from veterans_portal.sheets import read_workbook

HEADER = """序号、编号、收到日期、登记日期、登记单位、首问责任人、信访形式、来源、来文编号、信访目的、主题、信访人、人数、批次、联系电话、诉求摘要、应告知日、告知日、
告知按期、受理日期、办理途径、承办单位、承办人、包案领导、应办结日、延期天数、延期后应办结日、答复日期、答复按期、办理结果、收到答复日、回访日期、回访结果、满意度、复查、
复核、办理状态、收到天数、备注""".replace("\n", "").split("、")


@pytest.fixture
def people(db):
    return cases.bureau()


def exported(client, user, **post) -> list[list]:
    client.force_login(user)
    assert client.post(reverse("petitions:ledger"), {"full": "masked"} | post).status_code == 302
    file = ReadyFile.objects.order_by("made_at", "pk").last()
    return read_workbook(b"".join(read_sealed(file.stored_name)), "x.xlsx").sheets[0].rows


def test_the_columns_and_the_facts_of_an_answered_case(client, people):
    cases.replied(people, title="=1+1")
    rows = exported(client, people.leader)
    assert rows[2][: len(HEADER)] == HEADER
    line = dict(zip(HEADER, rows[3], strict=False))
    assert (line["收到日期"], line["应告知日"], line["受理日期"], line["应办结日"], line["答复日期"]) == ("2026-03-03", "2026-03-18", "2026-03-10", "2026-05-09", "2026-04-07")  # fmt: skip
    assert (line["答复按期"], line["收到答复日"], line["办理结果"], line["办理途径"], line["信访人"]) == ("是", "2026-04-10", "解释说明", "信访程序", "李建国")  # fmt: skip
    assert line["联系电话"] and "10055500733" not in line["联系电话"]


def test_full_phones_need_the_right_and_a_purpose(page, client, people):
    cases.registered(people.sorter)
    rows = exported(client, people.sorter, full="full", reason="报送区委信访联席会议核对")
    assert "10055500733" in [str(cell) for cell in rows[3]]
    url = reverse("petitions:ledger")
    assert actions.NEEDS_PURPOSE in page(url, as_=people.sorter, expect=422, full="full", reason="核对").text
    page(url, as_=people.leader, expect=422, full="full")
    with pytest.raises(ValidationError, match="不能导出完整电话"), make.as_(people.leader):
        actions.export_ledger(cases=Petition.objects.none(), words="", full=True, reason="报送核对材料", by=people.leader,
                              at=make.NOON, today=make.TODAY)  # fmt: skip
    with make.as_(make.staff(make.office("9901"), "AUDITOR")):
        facts = AuditEvent.objects.filter(event="PETITIONS_EXPORTED").values_list("facts", flat=True)
        assert [one["full"] for one in facts] == [True] and "10055500733" not in str(list(facts))


def test_an_accusation_is_not_in_the_ledger_even_of_the_contact(client, people):
    with make.as_(people.leader):
        OfficeProfile.objects.filter(office=people.office).update(discipline_contact=people.sorter)
    cases.registered(people.sorter, purpose="ACCUSATION", respondents=[{"name": "某科长"}])
    cases.registered(people.sorter)
    rows = exported(client, people.sorter)
    assert len([row for row in rows[3:] if row and row[1]]) == 1


def test_a_clerk_does_not_take_the_ledger_out(page, clerk):
    page(reverse("petitions:ledger"), as_=clerk, expect=403)
    page(reverse("petitions:import-new"), as_=clerk, expect=403)


def test_an_upload_is_previewed_then_registered(page, client, people, tmp_path):
    page(reverse("petitions:import-new"), as_=people.sorter)
    upload = SimpleUploadedFile("台账.xlsx", book(tmp_path).read_bytes())
    answer = client.post(reverse("petitions:import-new"), {"file": upload, "office": people.office.pk})
    assert answer["Location"] == reverse("petitions:import-preview")
    shown = page(reverse("petitions:import-preview"), as_=people.sorter)
    assert "登记 3 件" in shown.text and "受理日期早于收到日期" in shown.text and "本系统不记录此列" in shown.text
    with make.as_(people.sorter):
        assert Petition.objects.count() == 0
    client.post(reverse("petitions:import-commit"))
    with make.as_(people.sorter):
        assert Petition.objects.count() == 3
    assert client.get(reverse("petitions:import-preview")).status_code == 302  # nothing waits any more


def test_a_file_that_is_no_workbook_is_refused_beside_the_field(client, people):
    client.force_login(people.sorter)
    upload = SimpleUploadedFile("台账.xlsx", b"not a workbook")
    answer = client.post(reverse("petitions:import-new"), {"file": upload, "office": people.office.pk})
    assert answer.status_code == 422 and "id_file_error" in answer.content.decode()


def test_an_office_without_words_for_numbers_takes_nothing_in(page, client, people, tmp_path):
    station = make.office("990101001001")
    client.force_login(people.sorter)
    client.post(
        reverse("petitions:import-new"),
        {"file": SimpleUploadedFile("台账.xlsx", book(tmp_path).read_bytes()), "office": station.pk},
    )
    answer = client.post(reverse("petitions:import-commit"), follow=True)
    assert "尚未设置信访编号" in answer.content.decode()
    assert len(ROWS) == 11
