"""Doors of the prompts; included below registry/."""

from django.urls import path

from registry.views import prompts

urlpatterns = [
    path("prompts/", prompts.prompts, name="prompts"),
    path("people/<ref:ref>/prompts/<slug:kind>/<slug:day>/", prompts.prompt_done, name="prompt-done"),
]
