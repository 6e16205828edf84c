"""What constraints cannot say of the money ledger. Reads only; each finding names a batch, a line or an account, never a person."""

import gzip
import hashlib
from collections.abc import Iterator

from django.db import connection

from benefits.models import Batch, BatchSnapshot

MOST = 200  # findings of one kind
CHECKS = {
    "LINE_NOT_SUM_OF_MONTHS": (
        "明细应发不等于各月之和",
        """SELECT l.id FROM benefits_line l JOIN benefits_linemonth m ON m.line_id = l.id
           WHERE l.kind <> 'GRANT' GROUP BY l.id, l.gross_yuan HAVING sum(m.amount_yuan) <> l.gross_yuan""",
    ),
    "MONTH_NOT_SUM_OF_PARTS": (
        "月份应发不等于构成之和",
        """SELECT m.line_id FROM benefits_linemonth m WHERE jsonb_array_length(m.parts) > 0
           AND m.entitled_yuan <> (SELECT sum((p ->> 3)::numeric) FROM jsonb_array_elements(m.parts) p)""",
    ),
    "BATCH_NOT_SUM_OF_LINES": (
        "批次合计不等于明细之和",
        """SELECT b.id FROM benefits_batch b LEFT JOIN benefits_line l ON l.batch_id = b.id
           WHERE b.state IN ('APPROVED', 'SENT', 'CLOSED') GROUP BY b.id
           HAVING b.payable_yuan <> coalesce(sum(l.amount_yuan) FILTER (WHERE l.kind <> 'RECOVER'), 0)
               OR b.line_count <> count(l.id)""",
    ),
    "FILE_NOT_SUM_OF_ROWS": (
        "报盘文件合计不等于明细之和",
        """SELECT f.batch_id FROM benefits_bankfile f JOIN benefits_bankfilerow r ON r.file_id = f.id
           GROUP BY f.id, f.batch_id HAVING sum(r.amount_yuan) <> f.total_yuan OR count(*) <> f.row_count""",
    ),
    "LINE_AGAINST_BANK": (
        "明细的支付状态与银行结果不符",
        """SELECT l.id FROM benefits_line l JOIN LATERAL (SELECT r.status FROM benefits_bankfilerow r WHERE r.line_id = l.id
             ORDER BY r.attempt_no DESC LIMIT 1) last ON true
           WHERE l.pay_state <> 'CANCELLED' AND l.pay_state <> last.status""",
    ),
    "CANCELLED_BUT_LIVE": (
        "已作废的明细仍有有效月份",
        """SELECT DISTINCT l.id FROM benefits_line l JOIN benefits_linemonth m ON m.line_id = l.id AND m.is_live
           WHERE l.pay_state = 'CANCELLED'""",
    ),
    "LEDGER_NEGATIVE": (
        "某人某月累计为负数",
        """SELECT min(m.line_id) FROM benefits_linemonth m WHERE m.is_live
           GROUP BY m.person_id, m.programme_id, m.month_on HAVING sum(m.amount_yuan) < 0""",
    ),
    "LEDGER_BROKEN": (
        "月份的“已发”不等于以前各次之和",
        """SELECT id FROM (
             SELECT m.line_id AS id, m.already_yuan, coalesce(sum(m.amount_yuan) OVER w, 0) AS before
             FROM benefits_linemonth m WHERE m.is_live AND NOT EXISTS (
               SELECT FROM benefits_linemonth gone WHERE gone.person_id = m.person_id AND gone.programme_id = m.programme_id
                 AND gone.month_on = m.month_on AND NOT gone.is_live)
             WINDOW w AS (PARTITION BY m.person_id, m.programme_id, m.month_on ORDER BY m.id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) rows
           WHERE already_yuan <> before""",
    ),
    "ACCOUNT_SHARED": (
        "同一收款账号登记在几个人名下",
        """SELECT min(a.id) FROM benefits_payeeaccount a JOIN registry_person p ON p.id = a.person_id
           WHERE a.replaced_at IS NULL GROUP BY a.account_digest HAVING count(DISTINCT p.survivor_key) > 1""",
    ),
    "OVERPAYMENT_WITHOUT_STATE": (
        "多发已全部追回而没有办结",
        """SELECT o.line_id FROM benefits_overpayment o WHERE o.state IN ('FOUND', 'NOTIFIED', 'RECOVERING')
           AND o.line_id IS NOT NULL AND o.amount_yuan = o.written_off_yuan + (SELECT coalesce(sum(r.amount_yuan), 0)
             FROM benefits_recovery r WHERE r.overpayment_id = o.id AND r.voided_at IS NULL)""",
    ),
}  # fmt: skip


def findings() -> Iterator[tuple[str, int, str]]:
    """Yield (code, key of the line, batch or account, sentence) of all that is wrong in the scope of the caller."""
    for code, (sentence, sql) in CHECKS.items():
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT {MOST}")
            for (key,) in cursor.fetchall():
                yield code, key, sentence
    yield from broken_snapshots()


def broken_snapshots() -> Iterator[tuple[str, int, str]]:
    """An approved batch has one snapshot, and it is what was hashed."""
    for batch in Batch.objects.held().order_by("pk"):
        one = BatchSnapshot.objects.filter(batch=batch, superseded_at=None).first()  # one at a time: they are large
        if one is None or one.sha256 != batch.draft_hash or text_hash(one) != one.sha256:
            yield "SNAPSHOT_BROKEN", batch.pk, "审批快照与校验码不符"


def text_hash(snapshot: BatchSnapshot) -> str:
    try:
        return hashlib.sha256(gzip.decompress(bytes(snapshot.packed))).hexdigest()
    except (OSError, EOFError):
        return ""
