"""Doors of the three administrators and of the work calendar."""

from django.urls import path

from .views import audit, calendar, jobs, offices, users

app_name = "accounts"
urlpatterns = [
    path("offices/", offices.office_list, name="offices"),
    path("offices/new/", offices.office_new, name="office-new"),
    path("offices/import/", offices.offices_import, name="offices-import"),
    path("offices/template/", offices.offices_template, name="offices-template"),
    path("offices/export/", offices.offices_export, name="offices-export"),
    path("offices/<slug:code>/edit/", offices.office_edit, name="office-edit"),
    path("offices/<slug:code>/closing/", offices.office_close, name="office-close"),
    path("offices/<slug:code>/reopening/", offices.office_reopen, name="office-reopen"),
    path("users/", users.user_list, name="users"),
    path("users/new/", users.user_new, name="user-new"),
    path("users/export/", users.users_export, name="users-export"),
    path("users/<int:pk>/", users.user_detail, name="user-detail"),
    path("users/<int:pk>/edit/", users.user_edit, name="user-edit"),
    path("users/<int:pk>/disabling/", users.user_disable, name="user-disable"),
    path("users/<int:pk>/enabling/", users.user_enable, name="user-enable"),
    path("users/<int:pk>/role/", users.user_grant, name="user-grant"),
    path("users/<int:pk>/password-reset/", users.user_reset_password, name="user-reset-password"),
    path("users/<int:pk>/unlocking/", users.user_unlock, name="user-unlock"),
    path("users/<int:pk>/session-end/", users.user_end_session, name="user-end-session"),
    path("audit/", audit.audit_log, name="audit"),
    path("audit/export/", audit.audit_export, name="audit-export"),
    path("audit/verification/", audit.audit_verify, name="audit-verify"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/export/", jobs.jobs_export, name="jobs-export"),
    path("calendar/<int:year>/cover/", calendar.calendar_cover, name="calendar-cover"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/export/", calendar.calendar_export, name="calendar-export"),
]
