"""No connection carries one person's scope to the next, whatever goes wrong in between."""

import random
import threading

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from registry.models import Person
from tests import factories as make
from tests.conftest import DRILL
from veterans_portal import urls
from veterans_portal.accounts.permissions import signed_in
from veterans_portal.pgscope.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])
THREADS, REQUESTS = 8, 400 if DRILL else 60


@signed_in
def show(request):
    """Everybody the database lets through, without any filter of ours; now and then it breaks half-way."""
    found = "".join(Person.objects.values_list("name", flat=True))
    if request.GET.get("break"):
        Person.objects.filter(name="没有").update(workplace="x")
        raise ValueError("meant to fail")
    return HttpResponse(found)


urlpatterns = [path("show/", show), *urls.urlpatterns]
handler403, handler404 = urls.handler403, urls.handler404


@pytest.fixture(params=["one connection a thread", "a pool of two"])
def connecting(request, monkeypatch):
    """With a pool eight threads hand two connections to each other."""
    if request.param == "a pool of two":
        for alias in ("default", "plumbing"):
            pooled = {"OPTIONS": {"pool": {"min_size": 1, "max_size": 2, "timeout": 60}}, "CONN_MAX_AGE": 0}
            monkeypatch.setitem(connections.settings, alias, connections.settings[alias] | pooled)
    yield
    for pool in DatabaseWrapper._connection_pools.values():
        pool.close()
    DatabaseWrapper._connection_pools.clear()


@override_settings(ROOT_URLCONF=__name__)
def test_thousands_of_threaded_requests_see_only_their_own(transactional_db, connecting):
    names = {"990101001001": "庚辰壹号", "990102001001": "庚辰叁号"}
    users = {}
    for code, name in names.items():
        office = make.office(code)
        users[name] = make.staff(office)
        make.person(office, name=name)
    foreign, answered = [], []

    def hunt(seed):
        rng, clients = random.Random(seed), {}
        try:
            for _ in range(REQUESTS):
                name = rng.choice(list(users))
                client = clients.get(name)
                if client is None:
                    client = clients[name] = Client(raise_request_exception=False)
                    client.force_login(users[name])
                response = client.get("/show/?break=1" if rng.random() < 0.1 else "/show/")
                body = response.content.decode()
                answered.append(response.status_code)
                foreign.extend(other for other in names.values() if other != name and other in body)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hunt, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert foreign == []
    assert len(answered) == THREADS * REQUESTS and answered.count(500) > 10 and answered.count(200) > len(answered) // 2
