"""Doors of status changes and of moves; included below registry/."""

from django.urls import path

from registry.views import moves, status
from registry.views.move_papers import handover

urlpatterns = [
    path("status-changes/", status.status_changes, name="status-changes"),
    path("status-changes/<int:pk>/review/", status.status_review, name="status-review"),
    path("people/<ref:ref>/death/", status.person_death, name="person-death"),
    path("people/<ref:ref>/departure/", status.person_departure, name="person-departure"),
    path("people/<ref:ref>/moves/new/", moves.move_new, name="move-new"),
    path("moves/", moves.moves, name="moves"),
    path("moves/requests/new/", moves.move_request, name="move-request"),
    path("moves/<int:pk>/", moves.move_detail, name="move-detail"),
    path("moves/<int:pk>/answer/", moves.move_answer, name="move-answer"),
    path("moves/<int:pk>/acceptance/", moves.move_accept, name="move-accept"),
    path("moves/<int:pk>/refusal/", moves.move_refuse, name="move-refuse"),
    path("moves/<int:pk>/withdrawal/", moves.move_withdraw, name="move-withdraw"),
    path("moves/<int:pk>/decision/", moves.move_decide, name="move-decide"),
    path("moves/<int:pk>/handover/", handover, name="move-handover"),
]
