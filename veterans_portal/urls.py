"""All doors. Each view names the permission it needs (tests/house/test_every_url_is_guarded.py)."""

from django.urls import include, path

from veterans_portal import home, views
from veterans_portal.accounts.views import login

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("password/", login.password_change, name="password-change"),
    path("keep-alive/", login.keep_alive, name="keep-alive"),
    path("display-size/", login.display_size, name="display-size"),
    path("help/", views.help_index, name="help"),
    path("help/<slug:chapter>/", views.help_chapter, name="help-chapter"),
    path("jobs/<uuid:pk>/", views.job_detail, name="job-detail"),
    path("files/<uuid:pk>/", views.file_download, name="file-download"),
    path("accounts/", include("veterans_portal.accounts.urls")),
    path("registry/", include("registry.urls")),
    path("petitions/", include("petitions.urls")),
    path("service/petition/", include("petitions.urls_public")),
    path("benefits/", include("benefits.urls")),  # after the registry, whose 档案号 its addresses carry
    path("reports/", include("reports.urls")),
]
handler403 = "veterans_portal.views.forbidden"
handler404 = "veterans_portal.views.not_found"
