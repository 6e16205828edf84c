"""What a clerk has typed at the counter and takes along to the registration of a case; sealed, in the session."""

import json
from base64 import b64decode, b64encode

from veterans_portal.sealing import CannotUnseal, seal_bytes, unseal_bytes

LABEL = "petitions.draft"
KEY = "petition_draft"


def keep(session, values: dict) -> None:
    """Remember {field name: text}, and under "reception" the key of the entry it comes from."""
    content = json.dumps(values, ensure_ascii=False).encode()
    session[KEY] = b64encode(seal_bytes(content, LABEL)).decode()


def load(session) -> dict:
    """Return what was kept; empty when there is nothing, or it cannot be opened any more."""
    try:
        return json.loads(unseal_bytes(b64decode(session[KEY]), LABEL)) if KEY in session else {}
    except CannotUnseal:
        return {}


def drop(session) -> None:
    session.pop(KEY, None)
