"""
Role says which verbs. One table, transcribed once; nobody tests a role by name.

An office says which rows (`scoping`), a workflow step which tier, a constraint that two people differ.
"""

from enum import StrEnum
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import models


class Role(models.TextChoices):
    CLERK = "CLERK", "站办事员"
    HEAD = "HEAD", "镇街站长"
    OFFICER = "OFFICER", "经办"
    APPROVER = "APPROVER", "分管领导"
    CASHIER = "CASHIER", "财务"
    CITY = "CITY", "市级"
    AUDITOR = "AUDITOR", "审计管理员"
    SYSADMIN = "SYSADMIN", "系统管理员"
    SECADMIN = "SECADMIN", "安全管理员"


# Columns: clerk, head, officer, approver, cashier, city, auditor, system, security. "●" = granted.
_COLUMNS = tuple(Role)
_TABLE = """
VIEW_PEOPLE EXPORT_MASKED VIEW_FIGURES VIEW_OUTREACH VIEW_PETITIONS                         ●●●●.●...
EDIT_PEOPLE MOVE_PEOPLE PROPOSE_CHANGE HANG_PLAQUE ISSUE_CARD IMPORT_LEDGER                 ●●●......
REVEAL_ID                                                                                   ●●●●.●...
READ_DOCUMENT                                                                               ●●●●.....
CONFIRM_PLAIN                                                                               .●●●.....
UNDO_IMPORT                                                                                 .●●......
MERGE_PEOPLE EXPORT_FULL                                                                    .●●..●...
APPROVE_CHANGE APPROVE_PLAQUE                                                               ..●●.....
DECIDE_MOVE                                                                                 ..●●.●...
REVIEW_CARD                                                                                 ..●......
REVIEW_CARD_CITY MANAGE_CATALOG EDIT_CALENDAR EDIT_RULES                                    .....●...
READ_BENEFITS                                                                               ●●●●●●...
PROPOSE_ENROLMENT PROPOSE_AID CONFIRM_ANNUAL EDIT_ACCOUNT                                   ●●●......
REVIEW_ENROLMENT REVIEW_AID                                                                 .●●......
CONFIRM_ACCOUNT                                                                             ..●●.....
STOP_BENEFIT DRAFT_BATCH MANAGE_OVERPAYMENT                                                 ..●......
ENTER_NOTICE                                                                                ..●..●...
APPROVE_ENROLMENT APPROVE_AID CONFIRM_STOP PUBLISH_NOTICE APPROVE_BATCH WRITE_OFF CONFIGURE_BENEFITS ...●.....
PAY_BATCH RECORD_RETURN REVEAL_ACCOUNT                                                      ....●....
EXPORT_BENEFITS                                                                             ..●.●....
RECEIVE_VISIT REGISTER_PETITION HANDLE_PETITION DELIVER_NOTICE FOLLOW_UP                    ●●●......
HAND_UP_PETITION                                                                            ●●.......
SORT_PETITION ASSIGN_PETITION IMPORT_PETITIONS                                              ..●......
APPROVE_REPLY APPROVE_EXTENSION APPROVE_REVIEW RULE_RECUSAL CONFIGURE_PETITIONS             ...●.....
EXAMINE_REVIEW                                                                              ..●..●...
SUPERVISE_PETITIONS                                                                         ...●.●...
EXPORT_PETITIONS                                                                            ..●●.●...
RECORD_OUTREACH RECORD_INTAKE PLAN_VISITS MANAGE_STATION APPLY_RATING REPORT_PROGRESS       ●●●......
CHECK_RATING                                                                                .●●......
SCORE_RATING                                                                                ..●......
DECIDE_RATING                                                                               ...●.●...
MANAGE_STANDARDS RUN_DRIVE REFRESH_FIGURES                                                  ..●..●...
WRITE_REPORT                                                                                ●●●..●...
FREEZE_REPORT                                                                               ●●.●.●...
VIEW_AUDIT VERIFY_AUDIT EXPORT_AUDIT                                                        ......●..
MANAGE_OFFICES MANAGE_ACCOUNTS VIEW_JOBS VIEW_HEALTH                                        .......●.
GRANT_ROLE RESET_PASSWORD UNLOCK_ACCOUNT RESET_SECOND_FACTOR MANAGE_SESSIONS                ........●
"""


def _read_table():
    for line in _TABLE.strip().splitlines():
        *names, marks = line.split()
        for name in names:
            yield name, frozenset(role for role, mark in zip(_COLUMNS, marks, strict=True) if mark == "●")


HOLDERS: dict[str, frozenset[str]] = dict(_read_table())
Permission = StrEnum("Permission", {name: name for name in HOLDERS})
GRANTS: dict[str, frozenset[str]] = {
    role: frozenset(name for name, roles in HOLDERS.items() if role in roles) for role in Role
}

# Which database role a person works under. The three administrators have no right on any person row.
DATABASE_ROLE = {Role.SYSADMIN: "app_admin", Role.SECADMIN: "app_sec", Role.AUDITOR: "app_audit"}
ADMIN_ROLES = frozenset(DATABASE_ROLE)


def requires(*permissions):
    """Let a view be called by holders of one of `permissions`; otherwise 403. Read by tests/house."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not any(request.user.may(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permissions
        return guarded

    return decorate


def signed_in(view):
    """Mark a view that everybody who is signed in may call (own password, display size)."""
    view.permission = ("signed in",)
    return view


def public(view):
    """Mark a view that needs no login."""
    view = login_not_required(view)
    view.permission = ("public",)
    return view
