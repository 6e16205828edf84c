"""The page of one person: what is missing and where to put it right, and who changed what."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from registry.actions.documents import void_document
from registry.actions.people import edit_person, reveal_id
from registry.history import History
from tests import factories as make
from tests.registry.papers import paper


@pytest.fixture
def person(station, officer):
    commit()
    return make.person(station, by=officer, name="许春生")


def commit():
    """Begin a new transaction as far as the trail is concerned; a test has only one."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def url(person, name="person"):
    return reverse(f"registry:{name}", args=[person.ref])


def test_shows_the_facts_with_the_number_masked_and_the_phone_grouped(page, clerk, person):
    make.service(person, by=clerk)
    soup = page(url(person), as_=clerk)
    facts = {row.dt.text: " ".join(row.dd.text.split()) for row in soup.select(".dossier .facts > div")}
    assert facts["联系电话"] == "100 5550 0217" and facts["服役"] == "1974.12—1978.03，陆军"
    assert "********" in facts["身份证号"] and person.id_number not in str(soup)
    assert facts["性别 / 年龄"].startswith("男，")


def face(form: str, size=(900, 1200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (120, 90, 60)).save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_the_photo_stands_in_the_head_as_a_small_picture(page, client, person, clerk, city_user, tmp_path, form):
    url = reverse("registry:person", args=[person.ref])
    assert page(url, as_=clerk).select(".dossier img") == []
    document = paper(person, tmp_path, by=clerk, content=face(form), kind="PHOTO")
    img = page(url, as_=clerk).select_one(".dossier img")
    assert img["alt"] == f"{person.name}的照片"
    answer = client.get(img["src"])
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert Image.open(io.BytesIO(answer.content)).size == (240, 320)
    # who may not read papers sees no photo either
    assert page(url, as_=city_user).select(".dossier img") == []
    assert client.get(img["src"]).status_code == 403
    with make.as_(clerk):
        void_document(document=document, reason="传错人", by=clerk, at=make.NOON)
    assert page(url, as_=clerk).select(".dossier img") == []
    assert client.get(img["src"]).status_code == 404


def test_a_photo_that_is_none_is_left_out(client, person, clerk, tmp_path):
    paper(person, tmp_path, by=clerk, kind="PHOTO")  # begins like a JPEG, and is none
    client.force_login(clerk)
    assert client.get(reverse("registry:person-photo", args=[person.ref])).status_code == 404


def test_what_is_missing_leads_to_where_it_is_put_right(page, town_head, officer):
    town = make.office("990101001")
    person = make.person(town, by=officer, id_number="", phone="", address="", categories=["V00"], is_unplaced=True)
    links = {
        link.text: link["href"]
        for link in page(url(person), as_=town_head).select(".note--warn a[href]")
        if link.get("href")
    }
    edit = reverse("registry:person-edit", args=[person.ref, "contact"])
    assert links["没有联系电话"] == f"{edit}#id_phone" and links["没有现住址"] == f"{edit}#id_address"
    assert links["没有身份证号（待查）"].endswith("/edit/base/#id_id_number")
    assert links["还没有分到服务站"].endswith("?unplaced=1")
    assert "没有服役经历" in links and "类别待细分" in links and "1 个身份类别待核" in links


def test_of_the_dead_only_what_still_is_to_do_is_said(page, clerk, station):
    """No phone is wanted of them, and no category: it ended with the death."""
    dead = make.person(
        station, by=clerk, name="许春生", categories=[], phone="", address="", status="DECEASED", died="2026-02-20"
    )
    soup = page(url(dead), as_=clerk)
    assert "需要处理" not in soup.text
    facts = {row.dt.text: " ".join(row.dd.text.split()) for row in soup.select(".dossier .facts > div")}
    assert facts["性别 / 年龄"] == "男，享年 72 岁"


def test_a_complete_dossier_has_no_strip(page, clerk, officer, approver, station):
    person = make.person(station, by=officer, categories=[])
    make.service(person, by=officer)
    with make.as_(approver):
        make.identity(person, "V02", by=officer, standing="CONFIRMED", confirmed_by=approver, confirmed_at=make.NOON)
    assert "需要处理" not in page(url(person), as_=clerk).text


def test_who_may_only_read_sees_no_way_to_write(page, city_user, person):
    soup = page(url(person), as_=city_user)
    hrefs = [link["href"] for link in soup.select("main a[href]")]
    assert not [href for href in hrefs if "/edit/" in href and "#" not in href]
    assert not [href for href in hrefs if href.endswith("/new/")]


def test_the_history_says_who_did_what_and_what_it_was(page, clerk, officer, person):
    commit()
    with make.as_(clerk):
        edit_person(
            person=person, changes={"phone": "10055500999", "hukou_type": "RURAL"}, version=1, by=clerk, at=make.NOON
        )
    commit()
    with make.as_(clerk):
        reveal_id(person=person, reason="CHECK", by=clerk, at=make.NOON)
    soup = page(url(person, "person-history"), as_=clerk)
    lines = [" ".join(line.text.split()) for line in soup.select(".timeline__item")]
    assert len(lines) == 3
    assert "查看完整身份证号" in lines[0] and clerk.display_name in lines[0]
    assert "修改档案" in lines[1] and "联系电话：10055500217 → 10055500999" in lines[1]
    assert "户籍类别：（空） → 农业" in lines[1] and clerk.display_name in lines[1]
    assert officer.display_name in lines[2] and "姓名：许春生" in lines[2] and "类别：退役士兵" in lines[2]
    assert person.id_number not in str(soup) and "\\x" not in str(soup)
    assert f"身份证号：{person.display_masked()}" in lines[2]


def test_the_history_is_paged_newest_first(clerk, person):
    for number in range(5):
        commit()
        with make.as_(clerk):
            edit_person(
                person=person, changes={"workplace": f"粮店{number}"}, version=number + 1, by=clerk, at=make.NOON
            )
    with make.as_(clerk):
        history = History(person, clerk, per_page=2)
        assert history.paginator.count == 6
        assert [line.rows[0].changes[0].new for line in history.page(1)] == ["粮店4", "粮店3"]
        assert history.page(3).object_list[0].rows[0].changes[0].new == "粮店0"


def test_what_happened_elsewhere_is_not_shown(page, clerk, sibling_clerk, sibling_station, person):
    other = make.person(sibling_station, by=sibling_clerk, name="罗兴旺", id_number=make.id_number())
    assert "罗兴旺" not in page(url(person, "person-history"), as_=clerk).text
    page(url(other, "person-history"), as_=clerk, expect=404)


def test_the_number_of_queries_does_not_grow_with_the_dossier(client, clerk, person):
    client.force_login(clerk)
    counted = []
    for _ in range(2):
        for code in ("51", "42") if counted else ("V01",):
            with make.as_(clerk):
                make.identity(person, code, by=clerk)
            make.service(person, by=clerk)
        client.get(url(person))
        with CaptureQueriesContext(connection) as queries:
            client.get(url(person))
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 30
