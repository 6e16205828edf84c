"""Numbers without a gap: the row of a series is locked until the deed that took a number commits or fails."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection

from petitions.models import Notice, OfficeProfile, Petition
from petitions.notice_kinds import NOTICES
from veterans_portal.accounts.models import User

NOT_SET_UP = "本单位尚未设置信访编号，请先在单位信访设置中填写编号代字和文号代字。"
RESTRICTED_MARK = "密"  # a series of its own, so that the ordinary one shows no gap
TAKE = """
INSERT INTO petitions_numberseries AS s (office_id, word, year, last, created_at, created_by_id)
VALUES (%s, %s, %s, 1, %s, %s)
ON CONFLICT (office_id, word, year) DO UPDATE SET last = s.last + 1 RETURNING last
"""


def take(office_id: str, word: str, year: int, *, by: User, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [office_id, word, year, at, by.pk])
        return cursor.fetchone()[0]


def profile_of(office_id: str) -> OfficeProfile:
    """Return how an office takes part. Raises ValidationError when nobody has set it up."""
    found = OfficeProfile.objects.filter(office_id=office_id).first()
    if found is None:
        raise ValidationError(NOT_SET_UP)
    return found


def case_number(profile: OfficeProfile, year: int, *, is_restricted: bool, by: User, at: datetime) -> str:
    """Return QH-2026-0001."""
    word = profile.case_word + (RESTRICTED_MARK if is_restricted else "")
    return f"{word}-{year}-{take(profile.office_id, word, year, by=by, at=at):04}"


def number_notice(
    notice: Notice, petition: Petition, profile: OfficeProfile, year: int, *, by: User, at: datetime
) -> None:
    """Give a notice its document number, unless its kind has none. Does not save."""
    series = NOTICES[notice.kind].series
    if not series:
        return
    if not profile.number_word:
        raise ValidationError(NOT_SET_UP)
    notice.number_word = profile.number_word + (RESTRICTED_MARK if petition.is_restricted else "") + series
    notice.number_year = year
    notice.number_no = take(profile.office_id, notice.number_word, year, by=by, at=at)
