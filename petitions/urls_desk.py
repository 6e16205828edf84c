"""Doors of the counter, of the settings, of the ledgers and of the figures; included below petitions/."""

from django.urls import path

from petitions.views import ledgers, printing, receptions, settings, stats

urlpatterns = [
    path("receptions/", receptions.receptions, name="receptions"),
    path("receptions/new/", receptions.reception_new, name="reception-new"),
    path("receptions/<int:pk>/", receptions.reception, name="reception"),
    path("receptions/<int:pk>/correction/", receptions.reception_correct, name="reception-correct"),
    path("receptions/<int:pk>/registration/", receptions.reception_register, name="reception-register"),
    path("receptions/<int:pk>/paper/", printing.reception_paper, name="reception-paper"),
    path("profiles/", settings.profiles, name="profiles"),
    path("profiles/<slug:code>/", settings.profile, name="profile"),
    path("topics/", settings.entries, {"kind": "topics"}, name="topics"),
    path("topics/new/", settings.entry_new, {"kind": "topics"}, name="topics-new"),
    path("topics/<slug:entry>/", settings.entry_edit, {"kind": "topics"}, name="topics-edit"),
    path("channels/", settings.entries, {"kind": "channels"}, name="channels"),
    path("channels/new/", settings.entry_new, {"kind": "channels"}, name="channels-new"),
    path("channels/<slug:entry>/", settings.entry_edit, {"kind": "channels"}, name="channels-edit"),
    path("rules/", settings.rules, name="rules"),
    path("rules/promises/new/", settings.promise_new, name="promise-new"),
    path("rules/<int:pk>/", settings.rule, name="rule"),
    path("rules/<int:pk>/end/", settings.promise_end, name="promise-end"),
    path("ledger/", ledgers.ledger, name="ledger"),
    path("imports/", ledgers.import_new, name="import-new"),
    path("imports/preview/", ledgers.import_preview, name="import-preview"),
    path("imports/commit/", ledgers.import_commit, name="import-commit"),
    path("stats/", stats.stats, name="stats"),
    path("stats/rows/<slug:figure>/", stats.stats_rows, name="stats-rows"),
    path("stats/evaluations/", stats.evaluations, name="evaluations"),
]
