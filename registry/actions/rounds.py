"""Verbs of a hanging round: plan it for a festival, take plaques into it, enter what came of it, close it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import F

from registry.actions.anchor import check, create
from registry.models import Plaque, PlaqueRound
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.actions import action
from veterans_portal.bulk import update_from

MOST = 500
RESULT_FIELDS = ("state", "serial", "hung", "place", "hung_by", "signer", "note")


class Result(NamedTuple):
    """What came of one plaque: hung, with its facts, or not, with the reason (`not_hung`)."""

    plaque: int
    serial: str = ""
    hung: str = ""
    place: str = ""
    hung_by: str = ""
    signer: str = ""
    not_hung: str = ""


def lock(round_: PlaqueRound, *, by: User) -> PlaqueRound:
    """Lock a round of one's own branch: only who planned it, or an office above, takes plaques in and closes it."""
    found = PlaqueRound.objects.below(by.office_id).live().select_for_update(of=("self",)).get(pk=round_.pk)
    return refuse_closed(found)


def refuse_closed(round_: PlaqueRound) -> PlaqueRound:
    if round_.closed_on:
        raise ValidationError("这一批次已经办结。")
    return round_


@action
def plan_round(*, office: Office, name: str, due_on: date, by: User, at: datetime, today: date) -> PlaqueRound:
    """Open a round, e.g. 2027年春节. Raises ValidationError: a day that is over, a name that this office used."""
    if due_on < today:
        raise ValidationError({"due_on": "完成日期早于今天。"})
    round_ = PlaqueRound(office=Office.objects.visible_to(by).get(pk=office.pk), name=name.strip(), due_on=due_on)
    create(round_, by=by, at=at)
    AuditEvent.record("ROUND_PLANNED", round_, by=by, at=at)
    return round_


def pending_of(round_: PlaqueRound, *, by: User, office: str = "", group: str = ""):
    """Plaques that wait to be hung below the round's office and belong to no round."""
    rows = Plaque.objects.visible_to(by).below(office or round_.office_id).live()
    rows = rows.filter(state__in=("PENDING", "HELD"), round=None)
    return rows.filter(household__group_name=group) if group else rows


@action
def take_into_round(*, round_: PlaqueRound, by: User, at: datetime, office: str = "", group: str = "") -> int:
    """Take the waiting plaques of a station, or of one 村民组, into the round; returns how many."""
    found = lock(round_, by=by)
    if office and not office.startswith(found.office_id):
        raise ValidationError({"office": "只能选本批次组织单位下属的站。"})
    count = pending_of(found, by=by, office=office, group=group).update(round=found, row_version=F("row_version") + 1)
    if not count:
        raise ValidationError("没有待悬挂的光荣牌。请先在“应挂未挂”里列入悬挂。")
    AuditEvent.record("ROUND_CHANGED", found, by=by, at=at, taken=count)
    return count


@action
def leave_round(*, round_: PlaqueRound, plaques: Iterable[int], by: User, at: datetime) -> int:
    """Take plaques that do not hang yet out of the round again."""
    found = lock(round_, by=by)
    rows = Plaque.objects.visible_to(by).live().filter(round=found, pk__in=list(plaques), state__in=("PENDING", "HELD"))
    count = rows.update(round=None, row_version=F("row_version") + 1)
    if not count:
        raise ValidationError("这块牌子不在这一批里，或已登记结果，请刷新后再看。")
    AuditEvent.record("ROUND_CHANGED", found, by=by, at=at, left=count)
    return count


@action
def enter_results(*, round_: PlaqueRound, results: Sequence[Result], by: User, at: datetime) -> int:
    """
    Write what came of the plaques of one page, as a set; the rows have been read by `rules.rounds.check_result`.

    Raises: ValidationError: the round is closed, nothing was filled in; naming the households whose plaque was hung or changed by somebody else meanwhile, or whose
            number is in use.
    """
    # a station below may not lock the round; its plaques are locked, and closing the round writes the same rows
    found = refuse_closed(PlaqueRound.objects.visible_to(by).live().get(pk=round_.pk))
    if not results:
        raise ValidationError("还没有填写任何结果。")
    keys = [one.plaque for one in results]
    rows = Plaque.objects.visible_to(by).live().filter(pk__in=keys, round=found, state__in=("PENDING", "HELD"))
    states = dict(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", "state"))
    if len(states) != len(set(keys)):
        raise ValidationError("有的户已由他人登记结果，请刷新后再填。")
    refuse_used_serials(found, results)
    hung = [one for one in results if not one.not_hung]
    update_from(Plaque, RESULT_FIELDS, (row_of(one) for one in results), also="row_version = t.row_version + 1")
    AuditEvent.record("PLAQUES_HUNG", found, by=by, at=at, hung=len(hung), not_hung=len(results) - len(hung))
    return len(hung)


def row_of(one: Result) -> tuple:
    if one.not_hung:
        return (one.plaque, Plaque.State.HELD, one.serial, "", "", "", "", one.not_hung)
    return (one.plaque, Plaque.State.HUNG, one.serial, one.hung, one.place, one.hung_by, one.signer, "")


def refuse_used_serials(round_: PlaqueRound, results: Sequence[Result]) -> None:
    serials = [one.serial for one in results if one.serial]
    if len(serials) != len(set(serials)):
        raise ValidationError("同一个牌号填了两次，请核对。")
    used = (
        Plaque.objects.live()
        .below(round_.office_id)
        .filter(serial__in=serials, state__in=("HELD", "HUNG", "EXCHANGE", "KEPT"))
    )
    taken = set(used.exclude(pk__in=[one.plaque for one in results]).values_list("serial", flat=True))
    if taken:
        raise ValidationError(f"牌号 {'、'.join(sorted(taken)[:3])} 正在使用，请核对。")


@action
def close_round(*, round_: PlaqueRound, by: User, at: datetime, today: date) -> int:
    """Close a round; what does not hang goes back to the waiting list. Returns how many those were."""
    found = lock(round_, by=by)
    left = Plaque.objects.visible_to(by).live().filter(round=found, state__in=("PENDING", "HELD"))
    count = left.update(round=None, row_version=F("row_version") + 1)
    found.closed_on = today
    check(found)
    found.save(update_fields=["closed_on"])
    AuditEvent.record("ROUND_CLOSED", found, by=by, at=at, left=count)
    return count
