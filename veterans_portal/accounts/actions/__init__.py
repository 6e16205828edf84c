"""What a person may do with accounts and offices. One verb, one transaction, one audit event."""

from .sessions import change_own_password, keep_session, log_in

__all__ = ["change_own_password", "keep_session", "log_in"]
