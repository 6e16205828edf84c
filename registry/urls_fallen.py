"""Doors of 烈士和已故军人; included below registry/."""

from django.urls import path

from registry.views import fallen

urlpatterns = [
    path("fallen/", fallen.fallen_list, name="fallen-list"),
    path("fallen/new/", fallen.fallen_new, name="fallen-new"),
    path("fallen/<int:pk>/", fallen.fallen, name="fallen"),
    path("fallen/<int:pk>/edit/", fallen.fallen_edit, name="fallen-edit"),
    path("people/<ref:ref>/identities/<int:pk>/soldier/", fallen.survivor_tie, name="survivor-tie"),
]
