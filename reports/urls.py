from django.urls import path

from veterans_portal import home

app_name = "reports"
urlpatterns = [path("", home.home, name="overview")]
