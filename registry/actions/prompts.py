"""The verb of a prompt: somebody has dealt with it, and it does not come back."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from registry import prompt_facts
from registry.actions.anchor import create
from registry.models import Person, PromptDone
from registry.reference_prompts import LABELS, terms_on
from registry.rules.prompts import every_prompt
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

ALREADY = "这条提醒已经处理过。"
GONE = "没有这条提醒：情况已经变了，不用再处理。"


@action
def finish_prompt(*, person: Person, kind: str, due_on: date, outcome: str, by: User, at: datetime) -> PromptDone:
    """
    Note what was done about a prompt.

    Raises: ValidationError: no outcome, dealt with before, nothing of the kind falls due on that day.
    """
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if not outcome.strip():
        raise ValidationError({"outcome": "请填写处理结果。"})
    if PromptDone.objects.visible_to(by).live().filter(person=found, kind=kind, due_on=due_on).exists():
        raise ValidationError(ALREADY)
    known = prompt_facts.of_person(found.pk, by)
    due = every_prompt(known.facts, terms_on(timezone.localdate(at))) if known else []
    if kind not in LABELS or (kind, due_on) not in {(one.kind, one.due_on) for one in due}:
        raise ValidationError(GONE)
    done = PromptDone(person=found, office_id=found.office_id, kind=kind, due_on=due_on, outcome=outcome.strip())
    create(done, by=by, at=at)
    AuditEvent.record("PROMPT_DONE", found, by=by, at=at, prompt=done.pk, kind=kind, due_on=due_on.isoformat())
    return done
