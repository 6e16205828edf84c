"""Login, logout, own password, and the two small settings everybody has. These run without a scope."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from veterans_portal.accounts import actions
from veterans_portal.accounts.demo_logins import DEMO_LOGINS
from veterans_portal.accounts.forms import ChangePassword, Login
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.permissions import public, signed_in
from veterans_portal.context import SIZES

YEAR = 365 * 24 * 3600


def next_url(request, fallback: str = "home") -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else fallback


@public
@require_http_methods(["GET", "HEAD", "POST"])
def login(request):
    if request.user.is_authenticated:
        return redirect("home")
    form = Login(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        start_session(request, user)
        request.session["seen"] = int(time.time())
        actions.log_in(user=user, session_key=request.session.session_key, at=timezone.now())
        return redirect(next_url(request))
    if request.method == "POST":
        AuditEvent.record("LOGIN_FAILED", by=None, at=timezone.now(), username=request.POST.get("username", "")[:30])
    context = {
        "form": form,
        "next": request.GET.get("next", request.POST.get("next", "")),
        "demo_logins": DEMO_LOGINS if settings.DEMO else [],
        "demo_password": settings.DEMO_PASSWORD,
    }
    return render(request, "accounts/login.html", context)


def locked_out(request, credentials=None, *args, **kwargs):
    """What django-axes answers while a login name is locked."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    form = Login(request)
    context = {"form": form, "next": "", "minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT}
    return render(request, "accounts/locked_out.html", context, status=429)


@signed_in
@require_POST
def logout(request):
    AuditEvent.record("LOGGED_OUT", by=request.user, at=timezone.now())
    end_session(request)
    return redirect("login")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request):
    form = ChangePassword(request.user, request.POST or None)
    if form.is_valid():
        actions.change_own_password(user=request.user, password=form.cleaned_data["new_password1"], at=timezone.now())
        update_session_auth_hash(request, request.user)
        actions.keep_session(user=request.user, session_key=request.session.session_key)
        messages.success(request, "密码已修改。")
        return redirect("home")
    return render(
        request, "accounts/password_change.html", {"form": form, "is_forced": request.user.must_change_password}
    )


@signed_in
@require_GET
def keep_alive(request):
    """Say that somebody is still there; the session was touched on the way in."""
    request.session["seen"] = int(time.time())
    return HttpResponse(status=204) if request.htmx else redirect("home")


@public
@require_POST
def display_size(request):
    response = redirect(next_url(request))
    size = request.POST.get("size")
    if size in SIZES:
        response.set_cookie("size", size, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.HTTPS)
    return response
