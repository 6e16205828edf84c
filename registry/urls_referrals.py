"""Doors of 服务站转介; included below registry/."""

from django.urls import path

from registry.views import referrals

urlpatterns = [
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/new/", referrals.referral_new, name="referral-new"),
    path("referrals/<int:pk>/", referrals.referral, name="referral"),
    path("referrals/<int:pk>/<slug:deed>/", referrals.referral_deed, name="referral-deed"),
]
