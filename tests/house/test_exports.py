"""Wherever there is a list there is an Excel file of it, for its maker alone."""

import io

import openpyxl
import pytest

from tests import factories as make
from tests.registry.imports.running import run
from tests.registry.imports.workbooks import one_row
from veterans_portal.accounts.models import AuditEvent

LISTS = [
    ("OFFICER", "990101", "/registry/imports/export/", "导入记录"),
    ("OFFICER", "990101", "/reports/export/", "青禾"),
    ("SYSADMIN", "9901", "/accounts/offices/export/", "机构表"),
    ("SYSADMIN", "9901", "/accounts/users/export/", "账号表"),
    ("SYSADMIN", "9901", "/accounts/jobs/export/", "后台任务"),
    ("AUDITOR", "9901", "/accounts/audit/export/", "操作日志"),
    ("CLERK", "990101001001", "/registry/catalog/categories/", "人员类别"),
    ("CLERK", "990101001001", "/registry/catalog/aliases/", "类别写法"),
    ("CLERK", "990101001001", "/registry/catalog/matters/", "办理事项"),
    ("CITY", "9901", "/accounts/calendar/export/", "工作日历"),
]


@pytest.mark.parametrize(("role", "code", "url", "title"), LISTS, ids=lambda value: str(value).strip("/"))
def test_every_list_can_be_taken_away(client, station, tmp_path, role, code, url, title):
    keeper = make.staff(make.office("990101"), "OFFICER")
    run(one_row(tmp_path / "x"), by=keeper, commit=True)
    client.force_login(make.staff(make.office(code), role))
    file = client.post(url)
    assert file.status_code == 302, file.content[:500]
    answer = client.get(file.url)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert title in sheet["A1"].value and sheet.max_row >= 3
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.filter(event__endswith="EXPORTED").count() == 1
    client.force_login(make.staff(make.office(code), role))
    assert client.get(file.url).status_code == 404
