"""
One box finds people: what was typed is read here; the page keeps a digest and a masked echo, never the term.

A name or its initials have no digest to search by; they are kept sealed.
"""

import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from registry import reasons
from registry.models.people import id_digest, last4_digest, phone_digest
from registry.rules import contacts, ids, names
from veterans_portal.sealing import CannotUnseal, seal_bytes, unseal_bytes

ID, REF, LAST4, PHONE, INITIALS, NAME = "ID", "REF", "LAST4", "PHONE", "INITIALS", "NAME"
EXACT = (ID, REF, PHONE, LAST4)
LABEL = "registry.search"
KEPT = 20  # searches a session remembers
EMPTY = "请填写姓名、身份证号、后四位、手机号或档案号。"
TOO_SHORT = "拼音首字母至少写两个。"
NOT_READ = "没有看懂要找什么，请写姓名、身份证号、后四位、手机号或档案号。"
REF_SHAPE = re.compile(r"DA\d{10}")
LETTERS = re.compile(r"[A-Za-z]+")
MOST = 40


class NotReadable(Exception):
    """What was typed names nobody; the argument is the sentence shown."""


class Search(NamedTuple):
    """What was typed, understood: its kind, and the normal form to look for."""

    kind: str
    value: str

    @property
    def echo(self) -> str:
        """Return what the page may repeat of the term."""
        match self.kind:
            case "ID":
                return ids.mask_id(self.value)
            case "PHONE":
                return contacts.mask_phone(self.value)
            case "LAST4":
                return f"身份证号后四位 **{self.value[2:]}"
            case _:
                return self.value


def parse(text: str, *, today: date) -> Search:
    """
    Read what was typed: 18 or 15 characters, 档案号, last four of an ID number, phone, initials, part of a name.

    Raises: NotReadable with the sentence to show.
    """
    typed = "".join(unicodedata.normalize("NFKC", text[:MOST]).split())
    if not typed:
        raise NotReadable(EMPTY)
    upper = typed.upper()
    if REF_SHAPE.fullmatch(upper):
        return Search(REF, upper)
    if re.fullmatch(r"\d{3}[\dX]", upper):
        return Search(LAST4, upper)
    if numbers := contacts.phones(typed).value:
        return Search(PHONE, numbers[0])
    if re.fullmatch(r"[\dX]{12,}", upper):
        return read_id(upper, today)
    if LETTERS.fullmatch(typed):
        if len(typed) < 2:
            raise NotReadable(TOO_SHORT)
        return Search(INITIALS, typed.lower())
    return read_name(typed)


def read_id(text: str, today: date) -> Search:
    checked = ids.check_id(text, today=today)
    if checked.reasons:
        first = checked.reasons[0]
        raise NotReadable(reasons.sentence(first.code, column="身份证号", detail=first.detail))
    return Search(ID, checked.value)


def read_name(text: str) -> Search:
    """Any part of a name will do, so a single character and 某 are welcome."""
    checked = names.clean_name(text)
    name = checked.value or text.translate(names.DOTS)
    if not re.fullmatch(f"[{names.HAN}·]+", name) or not name.strip("·"):
        raise NotReadable(NOT_READ)
    return Search(NAME, name)


def condition(kind: str, key: bytes | str) -> Q:
    """Return the condition on Person of a search: `key` is a digest for numbers, otherwise the text."""
    match kind:
        case "ID":
            return Q(id_digest=key)
        case "LAST4":
            return Q(id_last4_digest=key)
        case "PHONE":
            return Q(phone_digest=key) | Q(phone_alt_digest=key)
        case "REF":
            return Q(ref=key)
        case "INITIALS":
            return Q(initials__contains=f" {key}")
        case _:
            return Q(name__contains=key) | Q(former_name__contains=key)


def key_of(search: Search) -> bytes | str:
    """Return what people are compared with."""
    digests = {ID: id_digest, LAST4: last4_digest, PHONE: phone_digest}
    return digests[search.kind](search.value) if search.kind in digests else search.value


class Kept(NamedTuple):
    """A search as the session gives it back."""

    kind: str
    key: bytes | str
    echo: str
    elsewhere: str = ""  # code of the office that keeps the dossier of a full number out of scope

    @property
    def condition(self) -> Q:
        return condition(self.kind, self.key)


def keep(session, search: Search, *, elsewhere: str = "") -> str:
    """Remember a search in the session without its term; returns the random key that goes into the address."""
    key = key_of(search)
    entry = {"kind": search.kind, "elsewhere": elsewhere}
    if isinstance(key, bytes):
        entry |= {"digest": key.hex(), "echo": search.echo}
    else:
        entry["sealed"] = b64encode(seal_bytes(key.encode(), LABEL)).decode()
    held = session.get("searches", {})
    name = secrets.token_hex(8)
    session["searches"] = dict([*held.items(), (name, entry)][-KEPT:])
    return name


def recall(session: Mapping, name: str) -> Kept | None:
    """Give back a search, or None when the session has forgotten it."""
    entry = session.get("searches", {}).get(name)
    if entry is None:
        return None
    if "digest" in entry:
        return Kept(entry["kind"], bytes.fromhex(entry["digest"]), entry["echo"], entry["elsewhere"])
    try:
        text = unseal_bytes(b64decode(entry["sealed"]), LABEL).decode()
    except CannotUnseal:
        return None
    return Kept(entry["kind"], text, text, entry["elsewhere"])
