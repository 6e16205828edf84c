"""Doors of money outside the monthly run: what was paid before, one-off grants, hardship aid, postings."""

from django.urls import path

from benefits.views import openings

urlpatterns = [
    path("opening/", openings.opening, name="opening"),
]
