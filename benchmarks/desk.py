"""P11: the board, the lists and the page of a case with 50,000 petitions at one district, as its leader and its officer."""

from benchmarks.cluster import Cluster
from benchmarks.table import Line

DISTRICT = "990105"
BOARD_MS, MOST_QUERIES, OPEN_OF = 300, 12, 25  # one case of so many is open
STATION = "(ARRAY(SELECT code FROM accounts_office WHERE parent_id LIKE '990105%%' ORDER BY code))[1 + n %% 100]"
STATE = f"(ARRAY['REGISTERED','TRANSFERRED','ACCEPTED','HANDLING','AWAITING_APPROVAL','TO_DELIVER','REPLIED'])[1 + n / {OPEN_OF} %% 7]"
# one row a case: its number, whether it is open, its state, station and days
CASES = f"""
CREATE TEMP TABLE made ON COMMIT DROP AS SELECT n AS id, is_open, CASE WHEN is_open THEN {STATE} ELSE 'CLOSED' END AS state,
  {STATION} AS station, current_date - (CASE WHEN is_open THEN n %% 70 ELSE 70 + n %% 1700 END)::int AS day,
  (SELECT min(id) FROM accounts_user) AS who
FROM (SELECT n, n %% {OPEN_OF} = 0 AS is_open FROM generate_series(1, %s) n) x
"""
ROWS = [
    """INSERT INTO petitions_petition (id, created_at, created_by_id, number, legacy_number, office_id, registered_office_id,
      first_officer_id, follow_up_office_id, state, cycle, channel_id, channel_text, source, source_name, source_ref, purpose, topic_id,
      title, request_text, facts_text, statement_mode, received_on, registered_on, accepted_on, is_simple, people_count,
      notice_exempt_reason, is_restricted, urgent_ground, urgent_to, pending_closing, closing_kind, closed_on, closed_by_id, row_version,
      turn_office_id, next_act_by_on)
    SELECT id, now(), who, 'B-' || id, '', '{d}', station, who, station, state, 1, 'VISIT', '', 'DIRECT', '', '', 'APPEAL', 'PENSION',
      'case ' || id %% 500, '', '', 'WRITTEN', day, day, day + 7, false, 1, '', false, '', '', '',
      CASE WHEN is_open THEN '' ELSE 'ANSWERED' END, CASE WHEN is_open THEN NULL ELSE day + 60 END,
      CASE WHEN is_open THEN NULL ELSE who END, 9, CASE WHEN is_open THEN '{d}' END, CASE WHEN is_open THEN day + 67 END FROM made""",
    *(
        f"""INSERT INTO petitions_caseaccess (petition_id, office_id, basis, can_act, granted_at, created_at, created_by_id)
        SELECT id, {{holder}}, '{basis}', true, now(), now(), who FROM made""".replace("{holder}", holder)
        for basis, holder in (("REGISTERED", "station"), ("TRANSFER", "'{d}'"))
    ),
    *(
        f"""INSERT INTO petitions_deadline (petition_id, created_at, created_by_id, cycle, kind, rule_id, label, citation, is_window,
          office_id, start_on, extension_days, calendar_version, base_due_on, due_on, act_by_on, is_provisional, working, fulfilled_on,
          cancel_reason, late_reason)
        SELECT id, now(), who, 1, '{kind}', (SELECT id FROM petitions_deadlinerule WHERE code = '{kind}' AND applies_to IS NULL), '{kind}',
          '', false, '{{d}}', day, 0, 1, day + {days}, day + {days}, day + {days}, false, '', {met}, '', '' FROM made"""
        for kind, days, met in (
            ("NOTICE", 15, "day + 7"),
            ("ANSWER", 67, "CASE WHEN is_open THEN NULL ELSE day + 50 END"),
        )
    ),
    """INSERT INTO petitions_step (petition_id, created_at, created_by_id, kind, action, from_state, to_state, cycle, on_date, at, by_id,
      office_id, text, public_stage)
    SELECT id, now(), who, 'TRANSITION', 'accept', '', 'ACCEPTED', 1, day + k, now(), who, '{d}', '', '' FROM made, generate_series(1, 5) k""",
    """INSERT INTO petitions_assignment (petition_id, created_at, created_by_id, cycle, office_id, section, officer_id, role, started_on,
      ended_on, end_reason)
    SELECT id, now(), who, 1, '{d}', '', who, 'LEAD', day + 8, CASE WHEN is_open THEN NULL ELSE day + 60 END, '' FROM made""",
    """INSERT INTO petitions_notice (id, petition_id, created_at, created_by_id, office_id, cycle, kind, number_word, title, body,
      template_version, drafted_by_id, drafted_on, issued_on, stored_name, sha256, return_reason, void_reason)
    SELECT id, id, now(), who, '{d}', 1, CASE WHEN id %% 50 = 0 THEN 'N09' ELSE 'N01' END, '', '', '', 1, who, day + 7, day + 7, '', '', '',
      '' FROM made""",
    """INSERT INTO petitions_delivery (petition_id, notice_id, created_at, created_by_id, to_name, mode, sent_on, received_on, signer,
      signer_relation, tracking_no, fail_reason)
    SELECT id, id, now(), who, 'x', 'FACE', day + 8, day + 8, '', '', '', '' FROM made WHERE id %% 100 <> 0""",
]


def fill(cluster: Cluster, number: int) -> None:
    """Write the cases, past triggers and keys: four per cent of them open, the others closed over five years."""
    with cluster.connect() as connection:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(CASES, [number])
            for statement in ROWS:
                connection.execute(statement.replace("{d}", DISTRICT).replace("%%", "%"))
        connection.execute("VACUUM ANALYZE")


def measure(cluster: Cluster, number: int, visits: int) -> tuple[list[Line], dict]:
    """Return the lines of P11: p95 of each page, its queries, and the board against its budget."""
    cluster.run("benchmarks.desk_ours", "prepare")
    fill(cluster, number)
    found = cluster.run("benchmarks.desk_ours", "pages", visits)
    floor, lines = found["pages"]["bare"]["p95"], []
    for name, one in found["pages"].items():
        limit = 1.0 if name.startswith("board") else None
        ratio = one["p95"] / BOARD_MS if limit else one["p95"] / floor
        against = f"{BOARD_MS} ms" if limit else "bare page"
        lines.append(
            Line(
                "" if lines else "P11",
                f"{name}, {one['queries']} queries, p95",
                one["p95"],
                "ms",
                ratio,
                against,
                limit,
            )
        )
        if one["queries"] > MOST_QUERIES:
            lines.append(Line("", f"  !! at most {MOST_QUERIES} queries", one["queries"], ""))
    return lines, found
