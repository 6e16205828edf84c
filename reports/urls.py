"""Doors of the figures."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("export/", views.overview_export, name="overview-export"),
]
