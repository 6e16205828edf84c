"""Doors of batches up to the approval, of lines and of registers."""

from django.urls import path

from benefits.views import approval, batches, lines, registers

urlpatterns = [
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", batches.batch_new, name="batch-new"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/draft/", batches.batch_draft, name="batch-draft"),
    path("batches/<int:pk>/approval/", approval.batch_approval, name="batch-approval"),
    path("batches/<int:pk>/lines/", approval.batch_lines, name="batch-lines"),
    path("batches/<int:pk>/departures/", approval.batch_departures, name="batch-departures"),
    path("batches/<int:pk>/exceptions/", approval.batch_exceptions, name="batch-exceptions"),
    path("batches/<int:pk>/exceptions/acceptance/", approval.exceptions_accept, name="exceptions-accept"),
    path("batches/<int:pk>/papers/", registers.batch_papers, name="batch-papers"),
    path("batches/<int:pk>/steps/<slug:step>/", batches.batch_deed, name="batch-deed"),
    path("lines/<int:pk>/why/", lines.line_why, name="line-why"),
    path("lines/<int:pk>/why/print/", lines.line_why_print, name="line-why-print"),
    path("register/", registers.register, name="register"),
]
