"""Doors of benefits."""

from django.urls import include, path

app_name = "benefits"
urlpatterns = [
    path("", include("benefits.urls_entitled")),
]
