"""Doors of the petitions. No name, number or phone of a person stands in an address."""

from petitions.urls_desk import urlpatterns as desk

app_name = "petitions"
urlpatterns = [*desk]
