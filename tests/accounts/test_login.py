"""Who gets in, who is kept out, and when one is put out again."""

import time
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, User

PASSWORD = "Xin-he-2026-zhan"


@pytest.fixture
def somebody(station):
    return make.staff(station, "CLERK", username="hexiaoyan", password=make_password(PASSWORD))


def enter(client, username="hexiaoyan", password=PASSWORD, **more):
    return client.post("/login/", {"username": username, "password": password} | more)


def events(name):
    with make.as_admin("app_audit"):
        return list(AuditEvent.objects.filter(event=name))


def set_user(user, **values):
    User.objects.filter(pk=user.pk).update(**values)


@pytest.fixture
def entering(somebody):
    """factories set an unusable password on top; give the account the one of this file."""
    set_user(somebody, password=make_password(PASSWORD))
    return somebody


def test_the_right_password_opens_the_home_page_and_leaves_a_trace(client, entering):
    response = enter(client)
    assert response.status_code == 302 and response.url == "/"
    assert client.get("/").status_code == 200
    assert [event.actor for event in events("LOGGED_IN")] == [entering.pk]


def test_a_wrong_password_says_so_and_is_recorded_without_it(client, entering):
    response = enter(client, password="Xin-he-2026-wrong")
    soup = BeautifulSoup(response.content, "html.parser")
    assert "登录名或密码不对" in soup.select_one(".error-summary").text
    assert soup.title.text.startswith("错误：")
    assert [event.facts for event in events("LOGIN_FAILED")] == [{"username": "hexiaoyan"}]


def test_five_wrong_passwords_lock_the_name_also_for_the_right_one(client, entering, secadmin):
    for _ in range(5):
        response = enter(client, password="wrong")
    assert response.status_code == 429
    assert "锁定 30 分钟" in enter(client).content.decode()
    client.force_login(secadmin)
    assert client.post(f"/accounts/users/{entering.pk}/unlocking/").status_code == 302
    client.post("/logout/")
    assert enter(client).status_code == 302


def test_a_disabled_account_stays_out(client, entering):
    with make.as_admin():
        set_user(entering, is_active=False)
    assert enter(client).status_code == 200
    assert "_auth_user_id" not in client.session


def test_nothing_opens_without_login(client, station):
    for url in ("/", "/registry/people/", "/registry/imports/", "/reports/", "/accounts/users/", "/help/"):
        assert client.get(url).url.startswith("/login/")


def test_a_strange_next_address_is_ignored(client, entering):
    assert enter(client, next="https://elsewhere.example/").url == "/"
    client.post("/logout/")
    assert enter(client, next="/registry/people/").url == "/registry/people/"


def test_the_first_login_must_change_the_password(client, entering):
    set_user(entering, must_change_password=True)
    enter(client)
    assert client.get("/").url == "/password/"
    new = "Qing-he-2026-zhan"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/password/", form).url == "/"
    assert client.get("/").status_code == 200
    client.post("/logout/")
    assert enter(client).status_code == 200 and enter(client, password=new).status_code == 302


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Ab1-", "至少要 10 位"),
        ("abcdefghijkl", "三种"),
        ("Hexiaoyan-2026", "不能有你的登录名"),
        (PASSWORD, "最近 5 次"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(client, entering, password, sentence):
    enter(client)
    first = "Qing-he-2026-zhan"
    client.post("/password/", {"old_password": PASSWORD, "new_password1": first, "new_password2": first})
    response = client.post("/password/", {"old_password": first, "new_password1": password, "new_password2": password})
    assert sentence in response.content.decode()


def test_an_old_password_expires(client, entering, settings):
    set_user(entering, password_changed_at=timezone.now() - timedelta(days=settings.PASSWORD_DAYS + 1))
    enter(client)
    assert client.get("/").url == "/password/"


def test_idle_time_ends_the_session(client, entering, settings):
    enter(client)
    session = client.session
    session["seen"] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    assert client.get("/").url.startswith("/login/")
    assert "_auth_user_id" not in client.session


def test_a_second_login_ends_the_first(client, entering):
    from django.test import Client

    enter(client)
    elsewhere = Client()
    enter(elsewhere)
    assert elsewhere.get("/").status_code == 200
    assert client.get("/").url.startswith("/login/")


def test_every_answer_carries_the_security_headers(client, entering):
    for response in (client.get("/login/"), enter(client), client.get("/"), client.get("/nowhere/")):
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert response["Cache-Control"] == "no-store"
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"


def test_a_refusal_is_recorded_although_its_transaction_was_rolled_back(client, clerk):
    client.force_login(clerk)
    assert client.get("/accounts/users/").status_code == 403
    assert [event.facts["view"] for event in events("REFUSED")] == ["accounts:users"]
