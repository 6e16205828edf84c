"""Doors of money outside the monthly run: what was paid before, one-off grants, hardship aid, postings."""

from django.urls import path

from benefits.views import figures, oneoff, oneoff_forms, oneoff_papers, openings, publications

urlpatterns = [
    path("figures/", figures.figures_page, name="figures"),
    path("entitled/", figures.entitled, name="entitled"),
    path("paid/", figures.paid, name="paid"),
    path("recoveries/", figures.recovered, name="recoveries"),
    path("people/<ref:ref>/grants/new/", oneoff_forms.grant_new, name="grant-new"),
    path("people/<ref:ref>/aids/new/", oneoff_forms.aid_new, name="aid-new"),
    path("grants/", oneoff.grants, name="grants"),
    path("grants/round/", oneoff_forms.conscript_round, name="conscript-round"),
    path("grants/posting/", oneoff.grants_post, name="grants-post"),
    path("grants/card-form/", oneoff_papers.card_form, name="grants-card-form"),
    path("grants/<int:pk>/", oneoff.grant, name="grant"),
    path("grants/<int:pk>/resubmission/", oneoff_forms.grant_resubmit, name="grant-resubmit"),
    path("grants/<int:pk>/<slug:deed>/", oneoff.grant_deed, name="grant-deed"),
    path("aids/", oneoff.aids, name="aids"),
    path("aids/referrals/", oneoff_forms.aid_referrals, name="aid-referrals"),
    path("aids/posting/", oneoff.aids_post, name="aids-post"),
    path("aids/<int:pk>/", oneoff.aid, name="aid"),
    path("aids/<int:pk>/form/", oneoff_papers.aid_form, name="aid-form"),
    path("aids/<int:pk>/resubmission/", oneoff_forms.aid_resubmit, name="aid-resubmit"),
    path("aids/<int:pk>/<slug:deed>/", oneoff.aid_deed, name="aid-deed"),
    path("publications/", publications.publications, name="publications"),
    path("publications/<int:pk>/", publications.publication, name="publication"),
    path("publications/<int:pk>/sheet/", publications.publication_sheet, name="publication-sheet"),
    path("opening/", openings.opening, name="opening"),
]
