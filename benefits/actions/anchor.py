"""What the verbs of benefits share: the step of a flow, the lock on the paying office, the lock on a batch."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, models

from benefits.models import Batch, PayingOffice
from benefits.workflow import ANY, DECIDING, FLOWS, JURISDICTION, REVIEWING, Step
from veterans_portal.accounts.models import Office, User

BUSY = "正在编制，请稍后刷新。"
NOT_SET_UP = "本单位尚未启用待遇发放，请分管领导先在“发放设置”中填写启用月份。"
TOO_LOW = {REVIEWING: "此事项由镇街或区县办理。", DECIDING: "此事项由区县级发放单位办理。"}


def step(flow: str, deed: str, *, by: User, row: models.Model | None = None, jurisdiction: str | None = None) -> Step:
    """
    Return the step of a flow when this person may take it now.

    row:          the locked row, None for a deed that makes one.
    jurisdiction: of a notice or rule, for steps of level JURISDICTION.
    Raises:       PermissionDenied without the permission; ValidationError: wrong state, wrong level of office.
    """
    found = FLOWS[flow][deed]
    if not by.may(found.needs):
        raise PermissionDenied
    if row is not None and row.state not in found.sources:
        raise ValidationError(f"当前为“{row.get_state_display()}”，不能执行此操作。")
    refuse_level(found.level, by=by, jurisdiction=jurisdiction)
    return found


def refuse_level(level: str, *, by: User, jurisdiction: str | None = None) -> None:
    if level == REVIEWING and by.office.tier == Office.Tier.VILLAGE:
        raise ValidationError(TOO_LOW[REVIEWING])
    if level == DECIDING and not by.office.is_deciding:
        raise ValidationError(TOO_LOW[DECIDING])
    if level == JURISDICTION:
        refuse_jurisdiction(jurisdiction or "", by=by)
    assert level in (ANY, REVIEWING, DECIDING, JURISDICTION)


def refuse_jurisdiction(jurisdiction: str, *, by: User) -> None:
    """Policy is written by its own office; that of the nation and the province by the root office."""
    if jurisdiction == by.office_id:
        return
    if by.office.parent_id is None and by.office_id.startswith(jurisdiction):
        return
    root = Office.objects.directory().exclude(tier=Office.Tier.OUTSIDE).filter(parent=None).first()
    if root and len(jurisdiction) < len(root.code):
        raise ValidationError(f"国家和省级标准由{root.name}统一录入。")
    raise ValidationError("只能录入和发布本单位管辖的标准。")


def lock_paying_office(code: str, *, by: User) -> PayingOffice:
    """Take the lock of every deed that changes what this office pays. Raises ValidationError when it is not set up."""
    found = PayingOffice.objects.visible_to(by).select_for_update().filter(office_id=code).first()
    if found is None:
        raise ValidationError(NOT_SET_UP)
    return found


def lock_batch(batch: Batch, deed: str, *, by: User) -> tuple[PayingOffice, Batch]:
    """
    Lock the paying office, then the batch, for one deed. Whoever drafts holds both.

    Raises: ValidationError when somebody else is at it, the state is wrong, or the office is not the one that pays.
    """
    step("batch", deed, by=by)
    paying = Batch.objects.visible_to(by).values_list("office_id", flat=True).get(pk=batch.pk)
    try:
        office = PayingOffice.objects.visible_to(by).select_for_update(nowait=True).filter(office_id=paying).first()
        found = Batch.objects.visible_to(by).select_for_update(nowait=True, of=("self",)).get(pk=batch.pk)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        raise ValidationError(BUSY) from error
    if office is None:
        raise ValidationError(NOT_SET_UP)
    step("batch", deed, by=by, row=found)
    if by.office_id != found.office_id:
        raise ValidationError(TOO_LOW[DECIDING])
    return office, found


def paying_offices_under(jurisdiction: str, *, user: User):
    """Return the offices in sight whose people a document of this jurisdiction pays, in one order for all locks."""
    rows = PayingOffice.objects.visible_to(user)
    return (rows.below(jurisdiction) if jurisdiction else rows).order_by("office_id", "pk")
