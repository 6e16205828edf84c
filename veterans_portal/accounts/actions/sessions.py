"""Verbs of one's own login. They run without a scope, as the login role."""

from datetime import datetime

from django.contrib.sessions.models import Session

from veterans_portal.accounts.models import AuditEvent, PasswordHistory, User
from veterans_portal.actions import action


@action
def log_in(*, user: User, session_key: str, at: datetime) -> None:
    """Remember the one session of a person and end the one she left open elsewhere."""
    if user.session_key and user.session_key != session_key:
        Session.objects.filter(session_key=user.session_key).delete()
    keep_session(user=user, session_key=session_key)
    AuditEvent.record("LOGGED_IN", by=user, at=at)


def keep_session(*, user: User, session_key: str) -> None:
    user.session_key = session_key
    User.objects.filter(pk=user.pk).update(session_key=session_key)


@action
def change_own_password(*, user: User, password: str, at: datetime) -> None:
    """Set a password that has passed the rules, and remember the one it replaces."""
    set_password(user=user, password=password, at=at)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    AuditEvent.record("PASSWORD_CHANGED", by=user, at=at)


def set_password(*, user: User, password: str, at: datetime) -> None:
    if user.password:
        PasswordHistory.objects.create(user=user, password=user.password, set_at=at)
    user.set_password(password)
    user.password_changed_at = at
    user.save(update_fields=["password", "password_changed_at"])
