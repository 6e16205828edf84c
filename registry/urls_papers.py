"""Doors of what is printed, and of the data behind it; included below registry/."""

from django.urls import path

from registry.views import catalog, handover, papers, status_papers

urlpatterns = [
    path("people/<ref:ref>/paper/", papers.dossier_print, name="dossier-print"),
    path("status-changes/paper/", status_papers.status_changes_print, name="status-changes-print"),
    path("handover/", handover.handover_pack, name="handover-pack"),
    path("handover/paper/", handover.handover_print, name="handover-print"),
    path("notices/", papers.notices, name="notices"),
    path("notices/<int:pk>/", papers.notice, name="notice"),
    path("catalog/categories/", catalog.categories, name="categories"),
    path("catalog/categories/new/", catalog.category_new, name="category-new"),
    path("catalog/categories/<slug:code>/", catalog.category_edit, name="category-edit"),
    path("catalog/aliases/", catalog.aliases, name="aliases"),
    path("catalog/aliases/new/", catalog.alias_new, name="alias-new"),
    path("catalog/aliases/<int:pk>/", catalog.alias_edit, name="alias-edit"),
    path("catalog/matters/", catalog.matters, name="matters"),
    path("catalog/matters/new/", catalog.matter_new, name="matter-new"),
    path("catalog/matters/<int:pk>/", catalog.matter_edit, name="matter-edit"),
]
