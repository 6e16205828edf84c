"""
Recompute the trail outside the database and name everything that does not fit (counterpart of sql/trace.sql).

Found without an anchor: a changed, added or deleted event or row change, a changed transaction, a link cut out, a
chain cut short. A chain that was cut short and whose head was set back is found only against an anchor kept elsewhere.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field

from veterans_portal.sealing import key

GENESIS = hashlib.sha256(b"genesis").digest()
CHANGES = """SELECT txid, row_hash, jsonb_build_array(id, txid::text, "table", "row", op, office_id, old, new)::text, id
FROM accounts_rowchange ORDER BY txid, id"""
EVENTS = """SELECT txid, row_hash, jsonb_build_array(id, txid::text, event, (extract(epoch FROM at) * 1000000)::bigint, actor,
 office_id, object_type, object_id, facts, restricted, ip, request_id)::text, id FROM accounts_auditevent ORDER BY txid, id"""
TRANSACTIONS = """SELECT txid, jsonb_build_array(txid::text, (extract(epoch FROM at) * 1000000)::bigint, actor, ip, request_id)::text
FROM accounts_rowtxn ORDER BY txid"""
SEALS = "SELECT lane, seq, txid, n, digest, hash FROM accounts_seal ORDER BY lane, seq"
HEADS = "SELECT lane, seq, hash FROM accounts_head ORDER BY lane"
SHOWN = 100


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@dataclass
class Verdict:
    """How much was checked and what does not fit, at most a hundred sentences."""

    changes: int = 0
    events: int = 0
    transactions: int = 0
    faults: list[str] = field(default_factory=list)

    def found(self, text: str) -> None:
        if len(self.faults) < SHOWN:
            self.faults.append(text)

    @property
    def is_clean(self) -> bool:
        return not self.faults


class Digests:
    """The hashes of one table, gathered by transaction while rows stream by in order."""

    def __init__(self, rows: Iterator, what: str, verdict: Verdict):
        self.by_txn: dict[int, tuple[bytes, int]] = {}
        self.count = 0
        current, hasher, number = None, None, 0
        for txid, stored, text, pk in rows:
            if sha256(text.encode()) != bytes(stored):
                verdict.found(f"{what} {pk} 的内容被改过。")
            if txid != current:
                self.keep(current, hasher, number)
                current, hasher, number = txid, hashlib.sha256(), 0
            hasher.update(stored)
            number += 1
            self.count += 1
        self.keep(current, hasher, number)

    def keep(self, txid, hasher, number) -> None:
        if txid is not None:
            self.by_txn[txid] = (hasher.digest(), number)

    def of(self, txid: int) -> tuple[bytes, int]:
        return self.by_txn.get(txid, (sha256(b""), 0))


def stream(connection, sql: str) -> Iterator:
    """Yield rows through a server-side cursor: the trail does not fit into memory."""
    with connection.cursor(name="verify") as cursor:
        cursor.itersize = 5000
        cursor.execute(sql)
        yield from cursor


def verify(connection, anchors: dict[tuple[int, int], bytes] | None = None) -> Verdict:
    """
    Check the whole trail through a psycopg connection that may read it all (the owner of the tables).

    anchors: {(lane, seq): hash} from an anchor file.
    """
    verdict = Verdict()
    changes = Digests(stream(connection, CHANGES), "修改记录", verdict)
    events = Digests(stream(connection, EVENTS), "操作记录", verdict)
    verdict.changes, verdict.events = changes.count, events.count
    headers = dict(stream(connection, TRANSACTIONS))
    sealed = check_chain(connection, verdict, changes, events, headers, anchors or {})
    verdict.transactions = len(sealed)
    loose = (changes.by_txn.keys() | events.by_txn.keys()) - sealed
    if loose:
        verdict.found(f"有 {len(loose)} 个事务没有封存，第一个是 {min(loose)}。")
    return verdict


def verify_events(connection) -> Verdict:
    """
    Check what the auditor may read: every audit event and every link of the chains.

    Row changes hold values of people, which the auditor does not read; `verify_audit` checks them every night.
    """
    verdict = Verdict()
    events = Digests(stream(connection, EVENTS), "操作记录", verdict)
    verdict.events = events.count
    last: dict[int, tuple[int, bytes]] = {}
    sealed: set[int] = set()
    for lane, seq, txid, _, digest, stored in stream(connection, SEALS):
        check_link(verdict, last, lane, seq, digest, stored)
        sealed.add(txid)
    check_heads(connection, verdict, last, {})
    if loose := events.by_txn.keys() - sealed:
        verdict.found(f"有 {len(loose)} 个事务没有封存，第一个是 {min(loose)}。")
    verdict.transactions = len(sealed)
    return verdict


def check_link(verdict, last, lane, seq, digest, stored) -> None:
    before, hash_before = last.get(lane, (0, GENESIS))
    if seq != before + 1:
        verdict.found(f"存证链 {lane} 在第 {seq} 环之前缺环。")
    if sha256(hash_before + bytes(digest)) != bytes(stored):
        verdict.found(f"存证链 {lane} 第 {seq} 环接不上。")
    last[lane] = (seq, bytes(stored))


def check_chain(connection, verdict, changes, events, headers, anchors) -> set[int]:
    last: dict[int, tuple[int, bytes]] = {}
    sealed: set[int] = set()
    for lane, seq, txid, n, digest, stored in stream(connection, SEALS):
        check_link(verdict, last, lane, seq, digest, stored)
        check_transaction(verdict, txid, n, bytes(digest), changes, events, headers)
        if (anchor := anchors.get((lane, seq))) and anchor != bytes(stored):
            verdict.found(f"存证链 {lane} 第 {seq} 环与外部存证不同。")
        sealed.add(txid)
    check_heads(connection, verdict, last, anchors)
    return sealed


def check_transaction(verdict, txid, n, digest, changes, events, headers) -> None:
    (change_digest, c), (event_digest, m) = changes.of(txid), events.of(txid)
    header = headers.get(txid)
    if header is None or c + m != n:
        return verdict.found(f"事务 {txid} 应有 {n} 条记录，现有 {c + m} 条。")
    expected = sha256(change_digest + event_digest + f"{header[:-1]}, {c}, {m}]".encode())
    if expected != digest:
        verdict.found(f"事务 {txid} 的记录与封存时不同。")
    return None


def check_heads(connection, verdict, last, anchors) -> None:
    heads = {lane: (seq, bytes(stored)) for lane, seq, stored in stream(connection, HEADS)}
    for lane in heads.keys() | last.keys():
        if heads.get(lane) != last.get(lane):
            verdict.found(f"存证链 {lane} 的末端对不上，可能被截短。")
    for lane, seq in anchors:
        if last.get(lane, (0, b""))[0] < seq:
            verdict.found(f"存证链 {lane} 比外部存证短，第 {seq} 环不见了。")


def anchor_lines(connection, *, at) -> list[str]:
    """Return one line a chain for the anchor file: time, lane, seq, hash, and an HMAC with a key outside the database."""
    lines = []
    for lane, seq, stored in stream(connection, HEADS):
        text = f"{at.isoformat()} {lane} {seq} {bytes(stored).hex()}"
        lines.append(f"{text} {hmac.digest(key('index'), text.encode(), 'sha256').hex()}")
    return lines


def read_anchors(lines) -> dict[tuple[int, int], bytes]:
    """Read an anchor file back. Raises ValueError for a line that was changed."""
    anchors = {}
    for line in lines:
        text, _, mac = line.strip().rpartition(" ")
        if not text:
            continue
        if not hmac.compare_digest(hmac.digest(key("index"), text.encode(), "sha256").hex(), mac):
            raise ValueError(f"存证文件这一行被改过：{line[:60]}")
        _, lane, seq, stored = text.split(" ")
        anchors[int(lane), int(seq)] = bytes.fromhex(stored)
    return anchors
