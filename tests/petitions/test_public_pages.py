"""Pages for everybody: how a petition goes, how far one's own is, what one thinks of the work."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from petitions.models import Evaluation, OfficeProfile
from petitions.models.petition import Petition
from petitions.public import Busy, evaluate, progress_of
from petitions.query_codes import code_hash, new_code
from petitions.views.public import BUSY, NOT_FOUND
from tests import factories as make
from tests.petitions import factories as cases

PROGRESS, EVALUATION = "service:petition-progress", "service:petition-evaluation"


def asked(client, case, code=None, address="10.1.1.1"):
    return client.post(reverse(PROGRESS), {"number": case.number, "code": code or case.query_code}, REMOTE_ADDR=address)


@pytest.fixture
def case(db):
    return cases.registered(cases.bureau().sorter, title="某人反映的事", request_text="请求内容")


def test_the_service_page_needs_no_login_and_names_desks_and_terms(client, db):
    cases.bureau()
    shown = client.get(reverse("service:petition"))
    text = shown.content.decode()
    assert shown.status_code == 200 and "青禾区退役军人事务局" in text and "0734-8220001" in text
    assert "60 日" in text and "信访工作条例第三十四条" in text


def test_a_signed_in_person_may_open_it_too(page, clerk):
    for name in ("service:petition", PROGRESS, EVALUATION):
        page(reverse(name), as_=clerk)


def test_32_the_right_code_shows_stage_and_dates_and_nothing_of_the_matter(client, case):
    text = asked(client, case).content.decode()
    assert "受理登记" in text and "2026年3月3日" in text and "0734-8220001" in text
    for hidden in ("某人反映的事", "请求内容", "李建国", "10055500733", "新荷社区"):
        assert hidden not in text
    assert case.query_code not in text or f'value="{case.query_code}"' in text  # only in the box it was typed into


def test_32_code_and_case_do_not_matter_in_writing(client, case):
    assert (
        "受理登记"
        in asked(client, case, code=f" {case.query_code[:4].lower()} {case.query_code[4:]} ").content.decode()
    )


def test_32_wrong_code_unknown_number_and_restricted_case_answer_alike(client, case):
    people = cases.bureau("990102")
    with make.as_(make.staff(people.office, "APPROVER")):
        OfficeProfile.objects.filter(office=people.office).update(discipline_contact=people.sorter)
    sealed = cases.registered(people.sorter, purpose="ACCUSATION", respondents=[{"name": "某科长"}])
    answers = set()
    for number in (case.number, "QH-2026-9999", sealed.number):
        found = client.post(reverse(PROGRESS), {"number": number, "code": "ABCDEFGH"})
        assert found.status_code == 422 and NOT_FOUND in found.content.decode()
        answers.add(found.content.decode().replace(number, "").split("csrfmiddlewaretoken")[0])
    assert len(answers) == 1


def test_32_the_eleventh_try_in_fifteen_minutes_is_refused_even_with_the_right_code(client, case):
    for _ in range(10):
        assert asked(client, case, code="WRNG2345").status_code == 422
    refused = asked(client, case)
    assert refused.status_code == 429 and BUSY in refused.content.decode()
    assert asked(client, case, address="10.1.1.2").status_code == 200


def test_32_behind_a_proxy_each_caller_has_her_own_ten_tries(client, case, settings):
    settings.AXES_IPWARE_PROXY_COUNT = 1

    def through(address):
        typed = {"number": case.number, "code": "WRNG2345"}
        return client.post(reverse(PROGRESS), typed, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=address).status_code

    assert [through("10.4.0.1") for _ in range(11)] == [422] * 10 + [429]
    assert through("10.4.0.2") == 422
    # what the caller writes in front of it counts for nothing
    assert through("10.4.0.3, 10.4.0.1") == 429


def test_32_thirty_tries_an_hour_on_one_number(case):
    now = timezone.now()
    for n in range(30):
        assert progress_of(case.number, "WRNG2345", address=f"10.2.0.{n}", at=now) is None
    with pytest.raises(Busy):
        progress_of(case.number, case.query_code, address="10.3.0.1", at=now)
    assert progress_of(case.number, case.query_code, address="10.3.0.1", at=now + timedelta(hours=1, seconds=1))


def test_32_a_reissued_code_voids_the_old_one(client, case):
    fresh = new_code()
    with make.as_(make.staff(make.office("990101"), "OFFICER")):
        Petition.objects.filter(pk=case.pk).update(query_code_hash=code_hash(case.number, fresh))
    assert asked(client, case).status_code == 422
    assert asked(client, case, code=fresh).status_code == 200


def test_32_codes_stand_in_no_address_and_addresses_are_forgotten(client, case, capsys):
    assert asked(client, case).status_code == 200
    assert (
        client.get(reverse(PROGRESS) + f"?number={case.number}&code={case.query_code}")
        .content.decode()
        .count("受理登记")
        == 0
    )
    call_command("purge_petitions")
    assert "0 条公开查询记录" in capsys.readouterr().out
    assert purge(timezone.now() + timedelta(hours=25)) == 1


def purge(moment) -> int:
    with make.as_admin("app_scope"), connection.cursor() as cursor:
        cursor.execute("SELECT purge_query_attempts(%s)", [moment - timedelta(hours=24)])
        return cursor.fetchone()[0]


def test_a_late_answer_says_so_with_the_phone_of_the_office_above(db):
    people = cases.bureau()
    make.office("9901")
    case = cases.handling_(people)
    with make.as_(people.sorter):
        code = new_code()
        Petition.objects.filter(pk=case.pk).update(query_code_hash=code_hash(case.number, code))
    found = progress_of(case.number, code, address="10.4.0.1", at=cases.at("2026-05-12"))
    assert (found.stage, str(found.due_on), found.days_late) == ("承办", "2026-05-09", 3)
    assert progress_of(case.number, code, address="10.4.0.1", at=cases.at("2026-05-09")).days_late == 0


def evaluations(people):
    with make.as_(people.sorter):
        return list(Evaluation.objects.order_by("pk").values_list("target", "score", "superseded_at"))


def given(case, code, target="HANDLING", score="SATISFIED", day="2026-04-20"):
    return evaluate(
        case.number, code, target=target, score=score, comment="", address="10.5.0.1", at=cases.at(day), days=90
    )


def with_code(case, people) -> str:
    code = new_code()
    with make.as_(people.sorter):
        Petition.objects.filter(pk=case.pk).update(query_code_hash=code_hash(case.number, code))
    return code


def test_32_an_answer_is_evaluated_only_once_it_is_there(db):
    people = cases.bureau()
    case = cases.handling_(people)
    code = with_code(case, people)
    assert given(case, code) == "EARLY"
    assert given(case, "WRNG2345") == "NO"
    assert evaluations(people) == []


def test_32_a_second_evaluation_supersedes_the_first_which_is_kept(client, db):
    people = cases.bureau()
    case = cases.replied(people)
    code = with_code(case, people)
    for score in ("UNSATISFIED", "FAIR"):
        form = {"number": case.number, "code": code, "target": "HANDLING", "score": score, "comment": ""}
        assert client.post(reverse(EVALUATION), form).status_code == 302
    first, second = evaluations(people)
    assert first[:2] == ("HANDLING", "UNSATISFIED") and first[2] is not None
    assert second == ("HANDLING", "FAIR", None)


def test_an_evaluation_ends_ninety_days_after_closing(db):
    people = cases.bureau()
    case = cases.closed(people)
    code = with_code(case, people)
    assert given(case, code, day="2026-07-15") == "OK"
    assert given(case, code, day="2026-07-16") == "LATE"
