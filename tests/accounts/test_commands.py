"""Commands of the administrators."""

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from registry.models import Identity, Person
from tests import factories as make
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.accounts.permissions import HOLDERS
from veterans_portal.accounts.verification import verify

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "plumbing"])


def test_a_subtree_gets_new_codes_with_everything_in_it(transactional_db, capsys):
    station = make.office("990101001001")
    clerk, admin = make.staff(station), make.staff(make.office("9901"), "SYSADMIN")
    other = make.person(make.office("990102001001"))
    person = make.person(station, by=clerk)
    make.household(person, by=clerk, book_no="H1")
    call_command("recode_office", "990101001", "990101777", "--by", admin.username)
    assert "2 个机构" in capsys.readouterr().out
    moved = Office.objects.get(pk="990101777001")
    assert (moved.parent_id, moved.town_code, moved.district_code) == ("990101777", "990101777", "990101")
    assert not Office.objects.filter(pk__startswith="990101001").exists()
    clerk = User.objects.select_related("office").get(pk=clerk.pk)
    assert clerk.office_id == "990101777001"
    with make.as_(clerk):
        assert Person.objects.get().office_id == Identity.objects.get().office_id == "990101777001"
        assert person.memberships.get().office_id == "990101777001"
    with make.as_(make.staff(make.office("990102001001"))):
        assert Person.objects.get() == other
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.get(event="OFFICE_RECODED").facts == {
            "old": "990101001",
            "new": "990101777",
            "offices": 2,
        }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity AND relname LIKE 'registry%'"
        )
        assert cursor.fetchall() == []
    with connection.as_owner():
        from django.db import transaction

        with transaction.atomic():
            connection.ensure_connection()
            assert verify(connection.connection).faults == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("990199", "990198", "没有这个旧代码"),
        ("990101001", "990101", "已经有机构在用"),
        ("990101001", "990102888", "以上级机构的代码开头"),
    ],
)
def test_a_wrong_recoding_changes_nothing(transactional_db, old, new, sentence):
    make.office("990101001001")
    admin = make.staff(make.office("9901"), "SYSADMIN")
    before = list(Office.objects.order_by("pk").values_list("pk", flat=True))
    with pytest.raises(CommandError, match=sentence):
        call_command("recode_office", old, new, "--by", admin.username)
    assert list(Office.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_only_the_system_administrator_recodes(transactional_db):
    clerk = make.staff(make.office("990101001001"))
    with pytest.raises(CommandError, match="不是系统管理员"):
        call_command("recode_office", "990101", "990103", "--by", clerk.username)


def test_the_trail_is_verified_and_anchored_from_the_command_line(transactional_db, tmp_path, capsys):
    make.person(make.office("990101001001"))
    anchors = tmp_path / "anchors"
    call_command("anchor_audit", str(anchors))
    call_command("verify_audit", "--anchors", str(anchors))
    assert "没有发现改动" in capsys.readouterr().out


def test_the_roles_can_be_prepared_again(transactional_db, capsys):
    if not settings.EMBEDDED:
        pytest.skip("needs a superuser")
    host = connection.settings_dict["HOST"]
    url = f"postgresql:///postgres?host={host}&user=postgres"
    call_command("prepare_cluster", superuser_url=url, login_password="x" * 20, owner_password="y" * 20)
    assert "已就绪" in capsys.readouterr().out


def test_generated_docs_are_up_to_date():
    from reports.management.commands.write_docs import importing, permissions

    docs = settings.BASE_DIR / "docs"
    assert (docs / "permissions.md").read_text("utf-8") == permissions()
    assert (docs / "import.md").read_text("utf-8") == importing()
    assert all(holders for holders in HOLDERS.values())
