"""What was typed on the first steps of a new dossier, kept sealed in the session until the last one."""

import json
from base64 import b64decode, b64encode

from django.http import QueryDict

from veterans_portal.sealing import CannotUnseal, seal_bytes, unseal_bytes

LEFT_OUT = {"csrfmiddlewaretoken"}


class Draft:
    """One kind of draft: `key` names it in the session, `label` binds its seal."""

    def __init__(self, key: str, label: str):
        self.key, self.label = key, label

    def load(self, session) -> dict[str, dict[str, list[str]]]:
        """Return {step: {input name: values as typed}}; empty when there is none or it cannot be opened any more."""
        try:
            return json.loads(unseal_bytes(b64decode(session[self.key]), self.label)) if self.key in session else {}
        except CannotUnseal:
            return {}

    def keep(self, session, step: str, post: QueryDict) -> None:
        """Remember one step as it was typed, right or wrong."""
        self.put(session, step, {name: values for name, values in post.lists() if name not in LEFT_OUT})

    def put(self, session, step: str, typed: dict[str, list[str]]) -> None:
        """Set what a step holds, as {input name: values}."""
        content = json.dumps(self.load(session) | {step: typed}, ensure_ascii=False).encode()
        session[self.key] = b64encode(seal_bytes(content, self.label)).decode()

    def typed(self, session, step: str) -> QueryDict | None:
        """Give a step back as the browser sent it, or None when it was never sent."""
        held = self.load(session).get(step)
        if held is None:
            return None
        data = QueryDict(mutable=True)
        for name, values in held.items():
            data.setlist(name, values)
        return data

    def drop(self, session) -> None:
        session.pop(self.key, None)


PERSON = Draft("person_draft", "registry.draft")
KEY = PERSON.key
load, keep, typed, drop = PERSON.load, PERSON.keep, PERSON.typed, PERSON.drop
