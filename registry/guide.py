"""
新手引导: what a new clerk does first, on the home page of her first month.

No table of its own: every step is ticked off from what is in the registry or from the clerk's own deeds in the trail.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Max
from django.urls import reverse

from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Role

SHOWN_FOR = timedelta(days=31)
ROLES = (Role.CLERK, Role.HEAD)
HIDDEN, READ, GRANTED = "GUIDE_HIDDEN", "GUIDE_READ", "ROLE_GRANTED"
EDITED = ("PERSON_EDITED", "IDENTITY_ADDED", "SERVICE_ADDED")
PLAQUES = ("PLAQUE_LISTED", "PLAQUES_LISTED", "PLAQUE_HUNG", "PLAQUES_HUNG", "PLAQUE_HELD", "PLAQUE_EXCHANGE_ASKED")
PRINTED = ("DOSSIER_PRINTED",)


class Step(NamedTuple):
    """One step: what, why, where, and whether it is done; `is_post` leads there by a button, so that it can be noted."""

    label: str
    note: str
    url: str
    is_done: bool
    is_post: bool = False


def steps_for(user: User, *, total, entries: Iterable, now) -> list[Step]:
    """
    Return the steps, or nothing when the guide is not for this person: other work, longer here, hidden, all done.

    total:   figures of her office; `entries` what waits for her on the home page. Asks one question.
    """
    if user.role not in ROLES or total is None:
        return []
    last = deeds_of(user)
    since = last.pop(GRANTED, user.created_at)  # an account that was never given its role anew counts from its making
    if now - since > SHOWN_FOR:
        return []
    done = {event for event, at in last.items() if at >= since}
    steps = list(make_steps(user, total, entries, done))
    return [] if HIDDEN in done or all(step.is_done for step in steps) else steps


def deeds_of(user: User) -> dict:
    """Return {event: when last} of what the guide looks at: the role that was given, and the person's own deeds."""
    trail = AuditEvent.objects.visible_to(user)
    own = trail.filter(actor=user.pk, event__in=[HIDDEN, READ, *EDITED, *PLAQUES, *PRINTED])
    granted = trail.about(user).filter(event=GRANTED)
    rows = [
        one.order_by().values("event").annotate(last=Max("at")).values_list("event", "last") for one in (own, granted)
    ]
    return dict(rows[0].union(rows[1], all=True))


def make_steps(user: User, total, entries, done: set[str]):
    people = total.counts["people"] > 0
    imports = reverse("registry:imports")
    waiting = any(entry.url.startswith(imports) for entry in entries)
    gaps = any(total.counts[key] for key in ("no_phone", "no_id", "no_category", "unplaced"))
    own = bool(user.password_changed_at) and not user.must_change_password
    yield Step("改密码", "换成只有自己知道的", reverse("password-change"), own)
    yield Step(
        "看手册", "先看“第一次登录”和“导入旧台账”", reverse("registry:guide-handbook"), READ in done, is_post=True
    )
    yield Step("导入旧台账", "手上的 Excel 表直接导，不用改表头", reverse("registry:import-new"), people)
    yield Step("处理待改行", "导入时没有读懂的行，逐行改好", imports, people and not waiting)
    yield Step("补缺项", "没有电话、证件号、类别的，打开档案补上", reverse("registry:people") + "?gap=no_phone",
               people and (not gaps or bool(done.intersection(EDITED))))  # fmt: skip
    yield Step(
        "核对光荣牌", "看应挂未挂名单，登记悬挂", reverse("registry:plaques-unhung"), bool(done.intersection(PLAQUES))
    )
    yield Step(
        "打印一人一档", "打开一份档案，打印出来核对", reverse("registry:people"), bool(done.intersection(PRINTED))
    )
