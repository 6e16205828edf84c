"""Doors of policy: standards, their documents, dated rules, programmes and the settings of an office that pays."""

from django.urls import path

from benefits.views import notice_previews, notice_steps, notice_tables, notices, policy, standards

urlpatterns = [
    path("standards/", standards.standards, name="standards"),
    path("standards/lookup/", standards.lookup, name="standards-lookup"),
    path("notices/", notices.notices, name="notices"),
    path("notices/new/", notices.notice_new, name="notice-new"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/file/", notices.notice_file, name="notice-file"),
    path("notices/<int:pk>/scan/", notices.notice_scan, name="notice-scan"),
    path("notices/<int:pk>/table/", notice_tables.notice_table, name="notice-table"),
    path("notices/<int:pk>/preview/", notice_previews.notice_preview, name="notice-preview"),
    path("notices/<int:pk>/publication/", notice_steps.notice_publication, name="notice-publication"),
    path("notices/<int:pk>/withdrawal/", notice_steps.notice_withdrawal, name="notice-withdrawal"),
    path("notices/<int:pk>/backpay/", notice_steps.notice_backpay, name="notice-backpay"),
    path("rules/", policy.rules, name="rules"),
    path("rules/new/", policy.rule_new, name="rule-new"),
    path("rules/<int:pk>/", policy.rule, name="rule"),
    path("programmes/", policy.programmes, name="programmes"),
    path("settings/", policy.settings, name="settings"),
]
