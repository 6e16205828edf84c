"""What was typed on the first steps of a new case, kept sealed in the session until it is registered."""

import uuid

from petitions.models import Reception
from registry.drafts import Draft

DRAFT = Draft("petition_draft", "petitions.draft")
WHO, WHAT, META = "who", "what", "meta"


def request_key(session) -> uuid.UUID:
    """Return the key of this draft: a form sent twice registers once."""
    held = DRAFT.load(session).get(META, {}).get("key")
    if held is None:
        held = [str(uuid.uuid4())]
        DRAFT.put(session, META, DRAFT.load(session).get(META, {}) | {"key": held})
    return uuid.UUID(held[0])


def reception_of(session) -> int | None:
    """Return the key of the reception a draft grew out of."""
    held = DRAFT.load(session).get(META, {}).get("reception")
    return int(held[0]) if held else None


def is_sent(session, step: str) -> bool:
    """Tell whether somebody has sent this step, and not only a reception filled in a part of it."""
    return step in DRAFT.load(session).get(META, {}).get("sent", [])


def note_sent(session, step: str) -> None:
    meta = DRAFT.load(session).get(META, {})
    DRAFT.put(session, META, meta | {"sent": sorted({*meta.get("sent", []), step})})


def start_from(session, reception: Reception) -> None:
    """Begin a draft with what a reception has written down already; nobody is asked twice."""
    DRAFT.drop(session)
    who = {"channel": [reception.channel_id], "name_1": [reception.name or ""], "phone_1": [reception.phone or ""],
           "people_count": [str(reception.people_count)], "source": ["DIRECT"], "relation_1": ["SELF"],
           "received_on": [reception.received_on.isoformat()]}  # fmt: skip
    what = {"topic": [reception.topic_id or ""], "request_text": [reception.summary], "text_1": [reception.summary],
            "statement_mode": ["ORAL"], "purpose": ["APPEAL"]}  # fmt: skip
    DRAFT.put(session, WHO, who)
    DRAFT.put(session, WHAT, what)
    DRAFT.put(session, META, {"reception": [str(reception.pk)], "key": [str(uuid.uuid4())]})
