"""
到期提醒: what falls due for one person, and when. Pure; the ages and terms are dated rows of registry.reference_prompts.

A prompt is a service to the person: somebody may now ask for something, or a paper runs out. It decides nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from registry.rules.dates import earliest, latest
from registry.rules.plaques import relation_code

SOLDIERS = ("V00", "V02")  # 退役士兵, and veterans whose category is still open
SURVIVORS = ("21", "22", "23")
MARTYR_CHILD = "B1"


class Window(NamedTuple):
    """How long ahead one kind is listed, in days; `todo` says what the station does."""

    kind: str
    label: str
    todo: str
    days_ahead: int
    holds_from: date
    citation: str


class Terms(NamedTuple):
    """Ages in whole years, terms in days, and the span of enlistment (from the first day, before the second)."""

    holds_from: date
    rural_age: int
    rural_since: date
    rural_before: date
    martyr_child_age: int
    survivor_age: int
    transfer_days: int
    death_days: int
    idle_days: int
    citation: str


class Held(NamedTuple):
    """An open identity: category code, its kind, its detail group, and what a survivor is to whom."""

    category: str
    kind: str
    detail: str = "NONE"
    relation: str = ""
    fallen: str = ""
    review_on: date | None = None
    label: str = ""


class Served(NamedTuple):
    """A period of service; dates partial, `hukou` the register at enlistment, or today's when that was not recorded."""

    kind: str
    enlisted: str
    discharged: str
    hukou: str


class Paper(NamedTuple):
    """A valid paper; `number` orders papers of one kind by age."""

    kind: str
    valid_to: date | None
    number: int
    label: str = ""


class Prompt(NamedTuple):
    """One thing that falls due. is_about: the day follows from a partial date (约)."""

    kind: str
    due_on: date
    is_about: bool = False
    about: str = ""

    @property
    def slug(self) -> str:
        """The kind as it stands in an address."""
        return self.kind.lower().replace("_", "-")

    @property
    def day(self) -> str:
        return self.due_on.isoformat()


@dataclass(frozen=True)
class Facts:
    """What is known of one person that a prompt can follow from."""

    born: str = ""
    is_active: bool = True
    is_dead: bool = False
    identities: tuple[Held, ...] = ()
    services: tuple[Served, ...] = ()
    papers: tuple[Paper, ...] = ()
    death_recorded_on: date | None = None
    card_ready_since: date | None = None
    plaque_due_on: date | None = None
    done: frozenset[tuple[str, date]] = field(default_factory=frozenset)


def birthday(born: str, years: int) -> date:
    """Return the earliest day on which somebody is so old. Who was born on 29 February turns on 1 March in other years."""
    first = earliest(born)
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return date(first.year + years, 3, 1)


def is_whole(text: str) -> bool:
    return len(text) == 10


def was_conscript(served: Served, terms: Terms) -> bool:
    """
    Tell whether a period can be that of a rural conscript of the years the notice names.

    A ledger seldom says what kind of service it was: not recorded counts as possible, NCO and officer do not.
    """
    if served.kind not in ("CONSCRIPT", "") or served.hukou != "RURAL" or not served.enlisted:
        return False
    return latest(served.enlisted) >= terms.rural_since and earliest(served.enlisted) < terms.rural_before


def of_age(facts: Facts, terms: Terms) -> Iterable[Prompt]:
    if not facts.born or not facts.is_active:
        return
    held, is_about = {one.category for one in facts.identities}, not is_whole(facts.born)
    gets_benefit = any(one.kind == "BENEFIT" for one in facts.identities)
    if held & set(SOLDIERS) and not gets_benefit and any(was_conscript(one, terms) for one in facts.services):
        yield Prompt("TURN60_RURAL", birthday(facts.born, terms.rural_age), is_about)
    survivors = [one for one in facts.identities if one.category in SURVIVORS]
    children = [one for one in survivors if relation_code(one.relation) == "CHILD"]
    if MARTYR_CHILD not in held and any(
        one.fallen == "MARTYR" or (one.category == "21" and not one.fallen) for one in children
    ):
        yield Prompt("TURN60_MARTYR_CHILD", birthday(facts.born, terms.martyr_child_age), is_about)
    if any(relation_code(one.relation) in ("CHILD", "SIBLING") for one in survivors):
        yield Prompt("TURN18_SURVIVOR", birthday(facts.born, terms.survivor_age), is_about)


def of_papers(facts: Facts) -> Iterable[Prompt]:
    """A paper runs out, unless a newer one of its kind lasts longer. Nobody asks the dead for a new one."""
    if not facts.is_active:
        return
    for one in facts.papers:
        newer = [other for other in facts.papers if other.kind == one.kind and other.number > one.number]
        if one.valid_to and not any(other.valid_to is None or other.valid_to > one.valid_to for other in newer):
            yield Prompt("DOC_EXPIRES", one.valid_to, about=one.label)


def of_identities(facts: Facts, terms: Terms) -> Iterable[Prompt]:
    if not facts.is_active:
        return
    for one in facts.identities:
        if one.review_on:
            yield Prompt("REVIEW_DUE", one.review_on, about=one.label)
    ends = [one.discharged for one in facts.services if one.discharged]
    if ends and any(one.detail == "DISABILITY" for one in facts.identities):
        last = max(ends, key=earliest)
        yield Prompt("DISABILITY_TRANSFER", earliest(last) + timedelta(terms.transfer_days), not is_whole(last))


def of_deeds(facts: Facts, terms: Terms) -> Iterable[Prompt]:
    """What somebody has begun and not ended: a death without its paper, a card nobody fetched, a plaque not hung."""
    if facts.is_dead and facts.death_recorded_on and not any(one.kind == "DEATH" for one in facts.papers):
        yield Prompt("DEATH_PROOF", facts.death_recorded_on + timedelta(terms.death_days))
    if facts.card_ready_since:
        yield Prompt("CARD_IDLE", facts.card_ready_since + timedelta(terms.idle_days + 1))
    if facts.plaque_due_on:
        yield Prompt("PLAQUE_ROUND", facts.plaque_due_on)


def every_prompt(facts: Facts, terms: Terms) -> list[Prompt]:
    """Return all prompts of a person that were not dealt with, by day; several of one kind and day are one."""
    found: dict[tuple[str, date], Prompt] = {}
    for one in (*of_age(facts, terms), *of_papers(facts), *of_identities(facts, terms), *of_deeds(facts, terms)):
        key = (one.kind, one.due_on)
        if key in found:
            words = dict.fromkeys([found[key].about, one.about])
            one = one._replace(about="、".join(word for word in words if word))
        if key not in facts.done:
            found[key] = one
    return sorted(found.values(), key=lambda one: (one.due_on, one.kind))


def prompts(facts: Facts, *, on: date, ahead: Mapping[str, int], terms: Terms, kept_days: int) -> list[Prompt]:
    """
    Return what is to do on a day: from `ahead` days before it falls due until `kept_days` after.

    Source: terms.citation, and the rows of reference_prompts.WINDOWS.
    """
    return [
        one for one in every_prompt(facts, terms)
        if one.due_on - timedelta(ahead[one.kind]) <= on <= one.due_on + timedelta(kept_days)
    ]  # fmt: skip


def falling_due(facts: Facts, *, first: date, last: date, terms: Terms) -> list[Prompt]:
    """Return what falls due between two days, both included."""
    return [one for one in every_prompt(facts, terms) if first <= one.due_on <= last]
