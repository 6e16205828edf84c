"""Doors of duplicates and merges; included below registry/."""

from django.urls import path

from registry.views import duplicates

urlpatterns = [
    path("duplicates/", duplicates.pairs, name="duplicates"),
    path("duplicates/<int:pk>/merger/", duplicates.pair, name="pair"),
    path("duplicates/<int:pk>/distinction/", duplicates.pair_distinct, name="pair-distinct"),
    path("duplicates/merges/", duplicates.merges, name="merges"),
    path("duplicates/merges/<int:pk>/undoing/", duplicates.merge_undo, name="merge-undo"),
]
