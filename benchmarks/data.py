"""Generated data: workbooks of invented people, the offices they belong to, and a registry at scale."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rustpy_xlsxwriter import write_worksheet

from benchmarks.columns import FIELDS
from reports.demo.district import Place, full
from reports.demo.people import People

LABELS = tuple(FIELDS)
DISTRICTS = ("990105", "990103", "990104")  # where the 35,000 of the pages live, and the others


def stations_of(district: str) -> list[Place]:
    return [place for place in full() if place.tier == "VILLAGE" and place.code.startswith(district)]


def people_of(people: People, count: int, district: str) -> Iterator[dict[str, str]]:
    """Yield `count` people spread over the stations of a district; every one has a number."""
    names = [station.name for station in stations_of(district)]
    for number in range(count):
        row = people.row(names[number * len(names) // count], gaps=False)
        yield {label: row.get(label, "") for label in LABELS}


def write_workbook(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """Write header and rows, nothing else: a sheet that the peer can read as well."""
    write_worksheet(iter(rows), str(path), sheet_name="人员台账")
    return path


OFFICES = """
INSERT INTO accounts_office (code, name, short_name, tier, parent_id, district_code, town_code, is_deciding, phone, address)
SELECT code, name, name, tier, parent, left(code, 6), CASE WHEN length(code) > 6 THEN left(code, 9) ELSE '' END, false, '', ''
FROM (SELECT '9901' AS code, 'city' AS name, 'CITY' AS tier, NULL AS parent
  UNION ALL SELECT '9901' || lpad(d::text, 2, '0'), 'd' || d, 'DISTRICT', '9901' FROM generate_series(1, 10) d
  UNION ALL SELECT '9901' || lpad(d::text, 2, '0') || lpad(t::text, 3, '0'), 't' || t, 'TOWN', '9901' || lpad(d::text, 2, '0')
    FROM generate_series(1, 10) d, generate_series(1, 20) t
  UNION ALL SELECT '9901' || lpad(d::text, 2, '0') || lpad(t::text, 3, '0') || lpad(v::text, 3, '0'), 'v' || v, 'VILLAGE',
    '9901' || lpad(d::text, 2, '0') || lpad(t::text, 3, '0')
    FROM generate_series(1, 10) d, generate_series(1, 20) t, generate_series(1, 25) v) o
"""
USER = """
INSERT INTO accounts_user (id, password, username, display_name, office_id, role, phone, is_active, must_change_password, session_key, created_at)
VALUES (1, '!', 'bench', 'bench', '9901', 'OFFICER', '', true, false, '', now())
"""
STATION = """'9901' || lpad((1 + n % 10)::text, 2, '0') || lpad((1 + n / 10 % 20)::text, 3, '0') || lpad((1 + n / 200 % 25)::text, 3, '0')"""
PEOPLE = f"""
INSERT INTO registry_person (id, created_at, ref, is_unplaced, name, former_name, initials, pinyin, id_number, id_digest,
  id_last4_digest, no_id_reason, sex, born, archive_born, ethnicity, marital, education, political, employment, phone,
  phone_digest, hukou_type, workplace, status, died, registered_on, note, row_version, created_by_id, office_id)
SELECT n, now(), 'DA' || lpad(n::text, 10, '0'), false, 'name' || n % 5000, '', ' ab', md5((n % 5000)::text),
  decode(repeat(md5(n::text), 3), 'hex'), sha256(n::text::bytea), sha256((n % 10000)::text::bytea), '', 'M',
  (1936 + n % 65)::text || '-05-07', '', '01', '20', '70', '13', '27', decode(repeat(md5(n::text), 3), 'hex'),
  sha256((n % 10000)::text::bytea), 'RURAL', '', 'ACTIVE', '', DATE '2020-01-01' + (n % 1800)::int, '', 1, 1, {STATION}
FROM generate_series(1, %s) n
"""
IDENTITIES = f"""
INSERT INTO registry_identity (created_at, detail, started, ended, ended_reason, standing, source_label, certificate_no, authority,
  injury_nature, relation, category_id, created_by_id, office_id, person_id)
SELECT now(), 'NONE', '', '', '', 'CLAIMED', '', '', '', '', '', (ARRAY['V02','V02','V02','81','V01','51'])[1 + n %% 6], 1, {STATION.replace("%", "%%")}, n
FROM generate_series(1, %s) n
"""


def fill_scale(connection, people: int) -> None:
    """Fill the empty database `scale` with that many people over 5,000 stations, past triggers and keys."""
    connection.execute("SET session_replication_role = replica")
    connection.execute(OFFICES)
    connection.execute(USER)
    connection.execute(PEOPLE.replace("%", "%%").replace("%%s", "%s"), [people])
    connection.execute(IDENTITIES, [people])
    connection.execute("VACUUM ANALYZE")
