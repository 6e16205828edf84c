"""manage.py compute_dues: the rules from a terminal."""

import io
import json

import pytest
from django.core.management import call_command

COMBAT = {
    "office": "990102",
    "anchor": 8,
    "notices": [
        {
            "doc_no": "样〔2025〕9号",
            "level": "NATION",
            "effective_from": "2025-08-01",
            "published_on": "2026-02-10",
            "full_table": True,
            "programmes": ["COMBAT"],
            "rows": [{"programme": "COMBAT", "amount": "10908", "unit": "PER_YEAR", "grade": None, "nature": "", "period": "",
                      "residence": "", "component": "BASE", "stacking": "ADD"}],
        }
    ],
    "enrolments": [{"programme": "COMBAT", "category": "51", "month_from": "2025-08", "month_to": None, "service_years": None}],
    "stops": [],
    "death": None,
    "paid": [{"programme": "COMBAT", "month": "2025-08", "amount": "840.00"}],
    "window_from": "2025-08",
    "period": ["2025-09", "2025-09"],
}  # fmt: skip


def compute(case, tmp_path) -> tuple[int, dict]:
    """Return exit code and answer."""
    path, out = tmp_path / "case.json", io.StringIO()
    path.write_text(case if isinstance(case, str) else json.dumps(case, ensure_ascii=False), encoding="utf-8")
    try:
        call_command("compute_dues", path, stdout=out)
    except SystemExit as left:
        return left.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_a_raise_is_paid_from_the_first_month_it_holds(tmp_path):
    assert compute(COMBAT, tmp_path) == (
        0,
        {
            "lines": [
                {"programme": "COMBAT", "kind": "REGULAR", "gross": "909.00", "months": [
                    {"month": "2025-09", "entitled": "909.00", "already": "0.00", "amount": "909.00", "reasons": []}]},
                {"programme": "COMBAT", "kind": "ADJUST", "gross": "69.00", "months": [
                    {"month": "2025-08", "entitled": "909.00", "already": "840.00", "amount": "69.00", "reasons": ["DIFF"]}]},
            ],
            "exceptions": [],
        },
    )  # fmt: skip


def test_without_notices_the_shipped_tables_hold_and_a_gap_is_said(tmp_path):
    case = {key: value for key, value in COMBAT.items() if key != "notices"} | {"paid": []}
    code, found = compute(case | {"window_from": "2023-08", "period": ["2023-08", "2023-08"], "enrolments": [
        {"programme": "COMBAT", "month_from": "2023-01"}]}, tmp_path)  # fmt: skip
    assert (code, found["lines"][0]["gross"]) == (0, "840.00")
    code, found = compute(case | {"window_from": "2023-09", "period": ["2023-09", "2023-09"], "enrolments": [
        {"programme": "DISABILITY", "month_from": "2023-01", "grade": 8, "nature": "ILLNESS"}]}, tmp_path)  # fmt: skip
    assert (code, found["lines"]) == (0, [])
    assert found["exceptions"][0]["message"] == "缺少标准：残疾抚恤金 八级 因病 2023-09。"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"period": None}, "没有 period 时，要写 through（最后一个已发月份）。"),
        ({"window_from": "2025-13"}, "window_from 应写成 2025-08，现在是“2025-13”。"),
        ({"enrolments": [{"programme": "NOBODY", "month_from": "2025-08"}]}, "enrolments[0].programme 只能是"),
        (
            {"enrolments": [{"programme": "DISABILITY", "month_from": "2025-08", "grade": 11}]},
            "enrolments[0].grade 应是 1 至 10",
        ),
        (
            {"paid": [{"programme": "COMBAT", "month": "2025-08", "amount": "约八百"}]},
            "paid[0].amount 不是金额：“约八百”。",
        ),
        ({"period": ["2025-10", "2025-09"]}, "period 的起始月晚于截止月。"),
        ({"office": ""}, "文件 缺少 office。"),
    ],
)
def test_bad_input_names_its_place(tmp_path, change, sentence):
    code, found = compute(COMBAT | change, tmp_path)
    assert code == 2
    assert found["error"].startswith(sentence)


def test_a_file_that_is_no_json_is_refused(tmp_path):
    assert compute("{", tmp_path) == (2, {"error": "不是 JSON：第 1 行第 2 个字符处看不懂。"})


def test_death_is_read(tmp_path):
    case = COMBAT | {"death": {"died_on": "2025-09-15", "cause": "ILLNESS"}, "period": ["2025-12", "2025-12"],
                     "paid": [{"programme": "COMBAT", "month": f"2025-{n:02}", "amount": "909.00"} for n in range(8, 12)]}  # fmt: skip
    code, found = compute(case, tmp_path)
    assert (code, [(line["kind"], line["gross"]) for line in found["lines"]]) == (0, [("FUNERAL", "3636.00")])
    assert [month["reasons"] for month in found["lines"][0]["months"]] == [[f"FUNERAL {n}/6"] for n in (3, 4, 5, 6)]
