"""Doors of a person's papers; included below registry/."""

from django.urls import path

from registry.views import documents

urlpatterns = [
    path("people/<ref:ref>/documents/", documents.documents, name="documents"),
    path("people/<ref:ref>/documents/new/", documents.document_new, name="document-new"),
    path("documents/<int:pk>/reading/", documents.document_read, name="document-read"),
    path("documents/<int:pk>/voiding/", documents.document_void, name="document-void"),
]
