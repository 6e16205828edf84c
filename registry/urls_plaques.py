"""Doors of the plaque ledger; included below registry/."""

from django.urls import path

from registry.views import plaque_sets, plaques, rounds

urlpatterns = [
    path("plaques/", plaques.plaques, name="plaques"),
    path("plaques/unhung/", plaque_sets.unhung, name="plaques-unhung"),
    path("plaques/households/", plaque_sets.households_open, name="plaque-households"),
    path("plaques/coverage/", plaque_sets.plaque_coverage, name="plaque-coverage"),
    path("plaques/destruction/", plaque_sets.destruction, name="plaque-destruction"),
    path("plaques/listing/<int:pk>/", plaques.plaque_list, name="plaque-list"),
    path("plaques/<int:pk>/", plaques.plaque_detail, name="plaque-detail"),
    path("plaques/<int:pk>/<slug:step>/", plaques.plaque_deed, name="plaque-deed"),
    path("plaque-rounds/", rounds.plaque_rounds, name="plaque-rounds"),
    path("plaque-rounds/new/", rounds.round_new, name="plaque-round-new"),
    path("plaque-rounds/<int:pk>/", rounds.plaque_round, name="plaque-round"),
    path("plaque-rounds/<int:pk>/taking/", rounds.round_take, name="plaque-round-take"),
    path("plaque-rounds/<int:pk>/leaving/", rounds.round_leave, name="plaque-round-leave"),
    path("plaque-rounds/<int:pk>/closing/", rounds.round_close, name="plaque-round-close"),
    path("plaque-rounds/<int:pk>/sign-off/", rounds.round_sheet, name="plaque-round-sheet"),
]
