"""Cards for tests: a person with her papers, and a card taken to any state by those whose turn it is."""

from registry.actions import cards
from tests import factories as make
from tests.registry.papers import JPG, PNG, paper

FORWARD = ("accept", "pass-district", "pass-city", "record-province", "start-making", "sign-in", "send", "issue")
MORE = {"record-province": {"approved_on": make.TODAY}, "issue": {"issued_on": make.TODAY, "signer": "周"},
        "return": {"reason": "照片不清"}, "report-lost": {"on": make.TODAY}, "close": {"reason": "本人放弃"}}  # fmt: skip


def with_papers(person, tmp_path, *, by):
    paper(person, tmp_path, by=by, content=JPG + str(person.pk).encode(), kind="PHOTO", name="p.jpg")
    paper(person, tmp_path, by=by, content=PNG + str(person.pk).encode(), kind="ID_CARD", name="i.png")
    return person


def applied(person, *, by, kind="VETERAN"):
    with make.as_(by):
        return cards.apply_card(person=person, kind=kind, apply_place="HUKOU", by=by, at=make.NOON)


def whose(people: dict, step: str):
    """Return who may do a step, of {town, officer, city}."""
    return people["city" if step in ("pass-city", "record-province") else "officer" if step in
                  ("pass-district", "start-making", "sign-in", "send", "close") else "town"]  # fmt: skip


def do(card, step: str, *, by, **over):
    with make.as_(by):
        return cards.VERBS[step](card=card, by=by, at=make.NOON, **MORE.get(step, {}) | over)


def bring_to(card, state: str, people: dict):
    """Take a card forward until it has reached a state."""
    for step in FORWARD:
        if card.state == state:
            break
        card = do(card, step, by=whose(people, step))
    assert card.state == state
    return card
