"""Doors of who is entitled and where the money goes; included below benefits/. No name, number or account in them."""

from django.urls import path

import registry.urls  # noqa: F401  it registers <ref:…>, the 档案号
from benefits.views import annual, enrolment_deeds, enrolment_forms, enrolments, home, payee_accounts, people, stops

urlpatterns = [
    path("", home.home, name="home"),
    path("people/<ref:ref>/", people.person, name="person"),
    path("people/<ref:ref>/sheet/", people.person_print, name="person-print"),
    path("people/<ref:ref>/enrolments/new/", enrolment_forms.enrolment_new, name="enrolment-new"),
    path("people/<ref:ref>/stops/new/", stops.stop_new, name="stop-new"),
    path("people/<ref:ref>/accounts/new/", payee_accounts.account_new, name="account-new"),
    path("people/<ref:ref>/confirmations/new/", annual.confirmation_new, name="confirmation-new"),
    path("enrolments/", enrolments.enrolments, name="enrolments"),
    path("enrolments/<int:pk>/", enrolments.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/replacement/", enrolment_forms.enrolment_replace, name="enrolment-replace"),
    path("enrolments/<int:pk>/resubmission/", enrolment_forms.enrolment_resubmit, name="enrolment-resubmit"),
    path("enrolments/<int:pk>/transfer-sheet/", enrolment_deeds.transfer_sheet, name="enrolment-transfer-sheet"),
    path("enrolments/<int:pk>/<slug:deed>/", enrolment_deeds.enrolment_deed, name="enrolment-deed"),
    path("stops/", stops.stops, name="stops"),
    path("stops/<int:pk>/", stops.stop, name="stop"),
    path("stops/<int:pk>/<slug:deed>/", stops.stop_deed, name="stop-deed"),
    path("accounts/", payee_accounts.accounts, name="accounts"),
    path("accounts/sheet/", payee_accounts.accounts_sheet, name="accounts-sheet"),
    path("accounts/<int:pk>/replacement/", payee_accounts.account_replace, name="account-replace"),
    path("accounts/<int:pk>/reveal/", payee_accounts.account_reveal, name="account-reveal"),
    path("confirmations/", annual.confirmations, name="confirmations"),
    path("confirmations/set/", annual.confirmation_set, name="confirmation-set"),
    path("confirmations/progress/", annual.progress, name="confirmation-progress"),
    path("confirmations/round/", annual.round_open, name="confirmation-round"),
    path("confirmations/notice/", annual.notice, name="confirmation-notice"),
    path("confirmations/sheet/", annual.notice_sheet, name="confirmation-sheet"),
    path("confirmations/stops/", annual.stops_due, name="confirmation-stops"),
]
