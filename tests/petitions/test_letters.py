"""Documents: what they must say, numbers without a gap, the same bytes at every print, and how they are set."""

import hashlib
import re
import subprocess
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from petitions.actions import handling, routing
from petitions.letters import letter_context
from petitions.models import Notice, NumberSeries
from tests import factories as make
from tests.petitions import factories as case
from veterans_portal.files import read_sealed

pytestmark = pytest.mark.printed
LONG = "经核实信访人于一九九八年退出现役所在单位已按规定发放各项待遇不存在少发情形" * 20


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(db):
    return case.station()


def frozen(petition, kind, by) -> tuple[Notice, bytes]:
    with make.as_(by):
        notice = Notice.objects.visible_to(by).get(petition=petition, kind=kind, returned_on=None)
        return notice, b"".join(read_sealed(notice.stored_name))


def text_of(pdf: bytes, *options) -> str:
    found = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return found.stdout.decode()


def words_of(pdf: bytes) -> str:
    return re.sub(r"\s", "", text_of(pdf))


def forwarded(people, **over):
    return case.submitted(
        people, source="FROM_PETITION_BUREAU", source_name="青禾区信访局", source_arrived_on=date(2026, 3, 3), **over
    )


def test_an_opinion_says_everything_the_law_asks_for(people):
    answers = {
        1: case.REASONED,
        2: case.REASONED
        | {"outcome": "REJECT", "reasons": "超出规定范围。", "legal_basis": "《退役军人安置条例》第十条"},
    }
    petition = forwarded(
        people,
        matters=[case.matter(), case.matter(text="要求补发一次性补助")],
        routes={1: {"route": "R6"}, 2: {"route": "R6"}},
        answers=answers,
    )
    case.do(handling.approve, petition, by=people.leader, day="2026-04-02")
    notice, pdf = frozen(petition, "N10", people.handler)
    said = words_of(pdf)
    assert notice.document_number == "青禾退役信意〔2026〕1号" and "青禾退役信意〔2026〕1号" in said
    for words in ("要求重新评定残疾等级", "要求补发一次性补助", "《退役军人安置条例》第十条", "解释说明", "不予支持", "30日内",
                  "样例市退役军人事务局", "由青禾区信访局于2026年3月3日转来", "2026年3月10日受理", "2026年4月2日", "李建国同志"):  # fmt: skip
        assert words in said, words
    assert "行政复议" not in said and "诉讼" not in said


def test_an_acceptance_says_the_day_the_route_and_how_to_ask(people):
    petition = case.accepted(people)
    _, pdf = frozen(petition, "N01", people.sorter)
    said = words_of(pdf)
    for words in (
        petition.number,
        "2026年3月3日",
        "2026年3月10日受理",
        "信访程序",
        "2026年5月9日前办结",
        "查询码",
        "0734-8220001",
    ):
        assert words in said, words


def test_what_is_sent_down_names_the_days_of_the_recipient(people, counter):
    petition = case.registered(people.sorter, received_on=date(2026, 6, 15), registered_on=date(2026, 6, 15))
    case.do(routing.transfer, petition, by=people.sorter, day="2026-06-17", kind="ASSIGN", to_office=counter.office,
            reason="属站办理", feedback_due_on=date(2026, 7, 20))  # fmt: skip
    told, asked = (
        words_of(frozen(petition, "N02", people.sorter)[1]),
        words_of(frozen(petition, "N06", people.sorter)[1]),
    )
    assert "新荷社区退役军人服务站" in told and "李建国同志" in told
    for words in ("2026年7月2日", "2026年6月25日", "2026年7月20日", "属站办理"):
        assert words in asked, words
    assert "李建国" not in asked  # the letter between offices names the matter, the register names the person


def test_what_a_person_typed_stays_text(people):
    answers = {1: case.REASONED | {"facts": "<b>甲</b>{{ 7|add:1 }}<img src=x>"}}
    petition = case.approved(people, answers=answers)
    assert "<b>甲</b>{{7|add:1}}<imgsrc=x>" in words_of(frozen(petition, "N10", people.handler)[1])


def test_every_print_is_the_same(client, people):
    petition = case.approved(people)
    notice, pdf = frozen(petition, "N10", people.handler)
    client.force_login(people.handler)
    prints = {
        b"".join(client.get(reverse("petitions:notice-pdf", args=[notice.pk])).streaming_content) for _ in range(2)
    }
    assert prints == {pdf} and hashlib.sha256(pdf).hexdigest() == notice.sha256
    client.force_login(case.station("990101001002").clerk)
    assert client.get(reverse("petitions:notice-pdf", args=[notice.pk])).status_code == 404


def test_a_draft_is_no_document_yet(client, people):
    petition = case.submitted(people)
    client.force_login(people.handler)
    with make.as_(people.handler):
        draft = Notice.objects.visible_to(people.handler).get(petition=petition, kind="N10")
    assert client.get(reverse("petitions:notice-pdf", args=[draft.pk])).status_code == 404


def test_a_letter_has_28_characters_and_22_lines_and_carries_its_fonts(people):
    petition = case.approved(people, answers={1: case.REASONED | {"facts": LONG}})
    _, pdf = frozen(petition, "N10", people.handler)
    first = [line.strip() for line in text_of(pdf, "-layout", "-l", "1").splitlines() if line.strip()]
    assert max(len(line) for line in first if line in LONG * 2) == 28
    middle = [line.strip() for line in text_of(pdf, "-layout", "-f", "2", "-l", "2").splitlines() if line.strip()]
    assert len(middle) - any("—" in line for line in middle) <= 22
    fonts = (
        subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode().splitlines()[2:]
    )
    assert fonts and all(re.search(r"\byes\s+yes\s+yes\b", line) for line in fonts), fonts


def test_a_proof_of_delivery_can_be_printed_before_and_after(client, people):
    petition = case.replied(people)
    notice, _ = frozen(petition, "N10", people.handler)
    client.force_login(people.handler)
    answer = client.post(reverse("petitions:notice-proof", args=[notice.pk]), follow=True)
    said = words_of(b"".join(answer.streaming_content))
    assert notice.document_number in said and "挂号或EMS" in said and "2026年4月7日" in said and "李建国" in said


def test_numbers_run_without_a_gap_and_begin_again_with_the_year(people, monkeypatch):
    first, second = case.submitted(people), case.submitted(people)
    with monkeypatch.context() as broken, pytest.raises(ValidationError, match="排版"):
        broken.setattr("petitions.actions.papers.letter_pdf", refuse)
        case.do(handling.approve, first, by=people.leader, day="2026-04-02")
    case.do(handling.approve, first, by=people.leader, day="2026-12-31")
    case.do(handling.approve, second, by=people.leader, day="2027-01-01")
    with make.as_(people.leader):
        found = NumberSeries.objects.visible_to(people.leader).filter(word="青禾退役信意").order_by("year")
        assert list(found.values_list("year", "last")) == [(2026, 1), (2027, 1)]


def refuse(*_):
    raise ValidationError("没有排版库")


def test_a_joint_letter_is_addressed_to_all(people):
    five = [case.petitioner(name=f"代表{n}", representative_no=n) for n in "12345"]
    for one, n in zip(five, range(1, 6), strict=True):
        one["representative_no"] = n
    petition = case.registered(people.sorter, petitioners=five, people_count=12)
    with make.as_(people.sorter):
        notice = Notice(petition=petition, office=people.office, kind="N01", title="x", drafted_by=people.sorter)
        assert letter_context(notice, petition)["to"] == "代表1、代表2、代表3、代表4、代表5等12人"
