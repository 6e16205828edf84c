"""Doors without login: how a petition goes, how far one's own is, what one thinks of the work."""

from django.urls import path

from petitions.views import public

app_name = "service"
urlpatterns = [
    path("", public.service, name="petition"),
    path("progress/", public.progress, name="petition-progress"),
    path("evaluation/", public.evaluation, name="petition-evaluation"),
]
