"""Doors of benefits. No ID number, name or phone stands in an address."""

from django.urls import include, path

app_name = "benefits"
urlpatterns = [
    path("", include("benefits.urls_entitled")),
    path("", include("benefits.urls_batches")),
    path("", include("benefits.urls_payment")),
    path("", include("benefits.urls_standards")),
    path("", include("benefits.urls_grants")),
]
