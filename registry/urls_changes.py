"""Doors of change requests and of confirming identities; included below registry/."""

from django.urls import path

from registry.views import changes, confirmations

urlpatterns = [
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:pk>/", changes.change_detail, name="change-detail"),
    path("changes/<int:pk>/resubmission/", changes.change_resubmit, name="change-resubmit"),
    path("changes/<int:pk>/<slug:deed>/", changes.change_deed, name="change-deed"),
    path("people/<ref:ref>/changes/new/", changes.change_new, name="change-new"),
    path("identities/to-confirm/", confirmations.to_confirm, name="identities-to-confirm"),
    path("identities/<int:pk>/refusal/", confirmations.identity_refuse, name="identity-refuse"),
]
