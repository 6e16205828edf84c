"""
何小燕 imports the old ledger of her station, corrects what is wrong, finds somebody, edits, exports, imports again, undoes.

Done with mouse and JavaScript at two widths, once without JavaScript, and once with the keyboard alone.
"""

import io

import openpyxl
import pytest

from tests.browser import ledger


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "新荷花名册.xls"
    return path, ledger.write(path)


def heading(page) -> str:
    return " ".join(page.inner_text("h1").split())


def upload(page, path):
    page.goto("/registry/imports/new/")
    page.set_input_files("#id_file", str(path))
    page.click("text=上传并预览")
    if "/columns/" in page.url:
        page.click("text=列没有问题，去预览")


def fix_row(page, excel: int, label: str, value: str):
    page.click(f"tr:has-text('{excel}') a:has-text('修改')")
    page.fill(f"#id_{label}", value)
    page.click("text=保存这一行")


def download(page, click: str) -> str:
    with page.expect_download() as found:
        page.click(click)
    return found.value.path()


def correct_by_workbook(page, tmp_path, right: dict[int, dict[str, str]]):
    """Download the held rows, mend them in Excel, upload them again."""
    path = download(page, "text=下载有问题的行")
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    sheet = book.active
    headers = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        number = int(row[headers.index("原行号")].value)
        for header, value in right.get(number, {}).items():
            at = next(i for i, text in enumerate(headers) if text and header in text)
            row[at].value = value
    mended = tmp_path / "改好.xlsx"
    book.save(mended)
    page.click("text=改好后重新上传")
    page.set_input_files("#id_file", str(mended))
    page.click("main button.btn--primary")


@pytest.mark.parametrize(
    ("width", "javascript"), [(1366, True), (390, True), (1366, False)], ids=["wide", "phone", "no-javascript"]
)
def test_the_old_ledger_becomes_a_registry(visit, station_clerk, workbook, tmp_path, width, javascript):
    path, rows = workbook
    right = {row["row"]: row["right"] for row in rows}
    page = visit(station_clerk, width=width, javascript=javascript)
    assert heading(page) == "今天没有待办"
    upload(page, path)
    assert heading(page) == "200 行中有 5 行需要修改"

    fix_row(page, 17, "id_number", right[17]["id"])
    if "/rows/" in page.url:  # after a fix the next held row is offered
        page.click("text=返回预览")
    fix_row(page, 48, "discharged", right[48]["discharged"])
    page.goto("/registry/imports/")
    page.click("text=新荷花名册.xls")
    assert heading(page) == "200 行中有 3 行需要修改"
    correct_by_workbook(
        page,
        tmp_path,
        {
            93: {"人员类别": "现役军人家属"},
            140: {"身份证号码": right[140]["id"]},
            195: {"入伍时间": right[195]["enlisted"]},
        },
    )
    assert heading(page) == "200 行都可以入库"
    page.click("text=导入 200 行")
    page.click("main button.btn--primary")
    assert heading(page) == "已入库 200 行"
    batch = page.url

    someone = rows[0]
    page.fill("input[name=q]", f"{someone['id'][-4:]}")
    page.press("input[name=q]", "Enter")
    if "DA" not in page.url:
        page.click(f"text={someone['name']}")
    assert someone["name"] in heading(page)
    edit_workplace(page)
    assert "新荷五金店" in page.inner_text("main")

    exported = export_ledger(page, tmp_path)
    upload(page, exported)
    assert "200" in page.inner_text(".tally li:has-text('完全相同')") and "可新增" in page.inner_text(".tally")
    assert page.locator(".tally li:has-text('可更新')").inner_text().strip().startswith("0")

    page.goto(batch)
    page.click("text=撤销这一批")
    page.click("main button.btn--primary")
    assert "不能撤销" in page.inner_text(".error-summary")  # one dossier was edited since
    assert page.strangers == []


def edit_workplace(page):
    page.click("main a[href$='/edit/contact/'] >> nth=0")
    page.fill("#id_workplace", "新荷五金店")
    page.click("main button.btn--primary")


def export_ledger(page, tmp_path):
    page.goto("/registry/ledgers/")
    page.click("main a.rowlink >> nth=0")
    found = download(page, "main button.btn--primary")
    copy = tmp_path / "导出.xlsx"
    copy.write_bytes(found.read_bytes())
    return copy


def test_an_untouched_import_is_undone(visit, station_clerk, workbook):
    path, _ = workbook
    page = visit(station_clerk)
    upload(page, path)
    page.click("text=先导入没有问题的 195 行")
    page.click("main button.btn--primary")
    assert heading(page) == "已入库 195 行，还有 5 行需要修改"
    page.click("text=撤销这一批")
    page.click("main button.btn--primary")
    assert heading(page) == "这一批已经撤销"
    page.goto("/registry/people/")
    assert "没有" in page.inner_text(".empty")


def test_the_keyboard_alone_is_enough(visit, station_clerk, workbook):
    path, _ = workbook
    page = visit(station_clerk)
    press(page, "人员档案")
    press(page, "导入台账")
    press(page, "导入 Excel 表")
    page.set_input_files("#id_file", str(path))  # the file dialogue belongs to the system
    press(page, "上传并预览")
    press(page, "先导入没有问题的 195 行")
    press(page, "入库")
    assert heading(page) == "已入库 195 行，还有 5 行需要修改"


def press(page, words: str):
    reach(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def reach(page, words: str, most: int = 120):
    """Press Tab until the control with these words has the focus, and see that the focus shows."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement.innerText || '').trim().split('\\n')[0]")
        passed.append(focused)
        if focused == words:
            visible = page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).boxShadow"
            )
            assert visible not in ("nonenone", "none")
            return
    raise AssertionError(f"“{words}”用 Tab 走不到：{passed}")
