from .calendar import CalendarDay, CalendarVersion
from .files import ReadyFile
from .jobs import JobProgress
from .offices import Office
from .trace import AuditEvent, Head, RowChange, RowTxn, Seal
from .users import PasswordHistory, User

__all__ = [
    "AuditEvent",
    "CalendarDay",
    "CalendarVersion",
    "Head",
    "JobProgress",
    "Office",
    "PasswordHistory",
    "ReadyFile",
    "RowChange",
    "RowTxn",
    "Seal",
    "User",
]
