"""Doors of the cards; included below registry/."""

from django.urls import path

from registry.views import card_sets, cards

urlpatterns = [
    path("cards/", cards.cards, name="cards"),
    path("cards/sets/<slug:step>/", card_sets.card_set, name="card-set"),
    path("cards/<int:pk>/", cards.card_detail, name="card-detail"),
    path("cards/<int:pk>/<slug:step>/", cards.card_deed, name="card-deed"),
    path("people/<ref:ref>/cards/new/", cards.card_new, name="card-new"),
]
