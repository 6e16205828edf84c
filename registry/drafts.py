"""What was typed on the first steps of a new dossier, kept sealed in the session until the last one."""

import json
from base64 import b64decode, b64encode

from django.http import QueryDict

from veterans_portal.sealing import CannotUnseal, seal_bytes, unseal_bytes

LABEL = "registry.draft"
KEY = "person_draft"
LEFT_OUT = {"csrfmiddlewaretoken"}


def load(session) -> dict[str, dict[str, list[str]]]:
    """Return {step: {input name: values as typed}}; empty when there is none or it cannot be opened any more."""
    try:
        return json.loads(unseal_bytes(b64decode(session[KEY]), LABEL)) if KEY in session else {}
    except CannotUnseal:
        return {}


def keep(session, step: str, post: QueryDict) -> None:
    """Remember one step as it was typed, right or wrong."""
    typed = {name: values for name, values in post.lists() if name not in LEFT_OUT}
    content = json.dumps(load(session) | {step: typed}, ensure_ascii=False).encode()
    session[KEY] = b64encode(seal_bytes(content, LABEL)).decode()


def typed(session, step: str) -> QueryDict | None:
    """Give a step back as the browser sent it, or None when it was never sent."""
    held = load(session).get(step)
    if held is None:
        return None
    data = QueryDict(mutable=True)
    for name, values in held.items():
        data.setlist(name, values)
    return data


def drop(session) -> None:
    session.pop(KEY, None)
