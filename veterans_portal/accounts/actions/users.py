"""Verbs of accounts. 系统管理员 makes and disables them, 安全管理员 gives them a role: two people."""

import secrets
import string
from datetime import datetime

from axes.utils import reset
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError

from veterans_portal.accounts.models import AuditEvent, Office, PasswordHistory, User
from veterans_portal.accounts.permissions import ADMIN_ROLES
from veterans_portal.actions import action

# letters and digits that cannot be mistaken for each other when read from paper
ALPHABET = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")


def one_time_password() -> str:
    """Return a password of three kinds of characters, to be handed over on paper."""
    return f"{secrets.choice(string.ascii_uppercase)}{''.join(secrets.choice(ALPHABET) for _ in range(9))}-{secrets.randbelow(90) + 10}"


@action
def create_user(*, values: dict, by: User, at: datetime) -> tuple[User, str]:
    """Make an account without a role; returns it with its one-time password."""
    password = one_time_password()
    user = User(**values, role="", is_active=True, must_change_password=True)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save(force_insert=True)
    AuditEvent.record("USER_CREATED", user, by=by, at=at)
    return user, password


@action
def edit_user(*, user: User, changes: dict, by: User, at: datetime) -> User:
    user = lock(user, by=by)
    changed = [name for name in ("display_name", "phone") if name in changes and getattr(user, name) != changes[name]]
    for name in changed:
        setattr(user, name, changes[name])
    user.full_clean(exclude=["password"])
    user.save(update_fields=changed)
    AuditEvent.record("USER_EDITED", user, by=by, at=at, fields=changed)
    return user


def lock(user: User, *, by: User) -> User:
    return User.objects.visible_to(by).select_for_update(of=("self",)).get(pk=user.pk)


@action
def set_active(*, user: User, is_active: bool, by: User, at: datetime) -> User:
    """Disable or enable an account; a disabled one is out at its next click."""
    user = lock(user, by=by)
    if user.pk == by.pk:
        raise ValidationError("不能停用自己的账号。")
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    if not is_active and user.session_key:
        Session.objects.filter(session_key=user.session_key).delete()
    AuditEvent.record("USER_ENABLED" if is_active else "USER_DISABLED", user, by=by, at=at)
    return user


@action
def grant_role(*, user: User, role: str, office: Office, by: User, at: datetime) -> User:
    """
    Give an account its one role at one office.

    Raises: ValidationError for one's own account, or for a new administrator out of someone who handled people before
            (the three administrators must not be one person in turn: make a new account).
    """
    user = lock(user, by=by)
    if user.pk == by.pk:
        raise ValidationError("不能给自己授予角色，请另一位安全管理员办理。")
    if (user.role and (user.role in ADMIN_ROLES) != (role in ADMIN_ROLES)) or (
        user.role in ADMIN_ROLES and role != user.role
    ):
        raise ValidationError("管理员角色和业务角色、几种管理员之间不能互换，请新建一个账号。")
    before = user.role
    user.role, user.office, user.is_active = role, office, True
    user.full_clean(exclude=["password"])
    user.save(update_fields=["role", "office", "is_active"])
    AuditEvent.record("ROLE_GRANTED", user, by=by, at=at, role=role, before=before, office=office.pk)
    return user


@action
def reset_password(*, user: User, by: User, at: datetime) -> tuple[User, str]:
    """Give a new one-time password; the owner must change it at her next login."""
    user = lock(user, by=by)
    if user.pk == by.pk:
        raise ValidationError("自己的密码请在“修改密码”里改。")
    password = one_time_password()
    PasswordHistory.objects.create(user=user, password=user.password, set_at=at)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    AuditEvent.record("PASSWORD_RESET", user, by=by, at=at)
    return user, password


@action
def unlock_account(*, user: User, by: User, at: datetime) -> int:
    """Forget the failed logins of an account; returns how many attempts were forgotten."""
    forgotten = reset(username=user.username)
    AuditEvent.record("ACCOUNT_UNLOCKED", user, by=by, at=at, attempts=forgotten)
    return forgotten


@action
def end_session(*, user: User, by: User, at: datetime) -> None:
    user = lock(user, by=by)
    if user.session_key:
        Session.objects.filter(session_key=user.session_key).delete()
    AuditEvent.record("SESSION_ENDED", user, by=by, at=at)
