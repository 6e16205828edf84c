"""What happens to every request: headers, session limits, the trail of refusals, the scope of the person."""

import time
import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.scoping import scope_of
from veterans_portal.address import address_of
from veterans_portal.pgscope.scope import scope

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
READS = ("GET", "HEAD", "OPTIONS")
# pages that must work without a scope: they write the user row, which no scoped role may do
OWN_ACCOUNT = {"login", "logout", "password-change", "keep-alive", "display-size"}
SERVICE = "service:"  # pages for everybody: they open a scope of their own, whoever happens to be signed in


class SecurityHeaders:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith(settings.STATIC_URL if settings.STATIC_URL[0] == "/" else "/static/"):
            response.setdefault("Cache-Control", "no-store")  # station PCs are shared
        return response


class SessionLimits:
    """Idle time-out, one session per person, and the forced change of a first or expired password."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        if now - request.session.get("seen", now) > settings.SESSION_IDLE_SECONDS:
            logout(request)
            messages.info(request, "超过规定时间没有操作，已自动退出。请重新登录。")
            return redirect(f"{reverse('login')}?next={request.path}" if request.method == "GET" else "login")
        if user.session_key and user.session_key != request.session.session_key:
            logout(request)
            messages.info(request, "这个账号已在另一台电脑登录，这里已退出。")
            return redirect("login")
        if now - request.session.get("seen", 0) >= 60:  # written at most once a minute
            request.session["seen"] = now
        if self.must_change(user) and url_name(request) not in OWN_ACCOUNT:
            return redirect("password-change")
        return self.get_response(request)

    @staticmethod
    def must_change(user) -> bool:
        if settings.DEMO:
            return False
        if user.must_change_password or user.password_changed_at is None:
            return True
        return (timezone.now() - user.password_changed_at).days >= settings.PASSWORD_DAYS


def url_name(request) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


class RefusalTrail:
    """Record refusals after their own transaction has been rolled back, in a transaction of their own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code in (403, 404) and request.user.is_authenticated and url_name(request):
            AuditEvent.record(
                "REFUSED",
                by=request.user,
                at=timezone.now(),
                status=response.status_code,
                view=url_name(request),
                method=request.method,
            )
        return response


class ScopeOfRequest:
    """
    Hold the person's scope and one transaction until the page is rendered.

    ATOMIC_REQUESTS alone ends before a lazy queryset is rendered; it stays on, so that an error in a view rolls
    back to its savepoint.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        name = url_name(request)
        if not user.is_authenticated or name in OWN_ACCOUNT or name.startswith(SERVICE):
            return self.get_response(request)
        request.request_id = uuid.uuid4().hex
        wanted = scope_of(
            user,
            ip=address_of(request),
            request_id=request.request_id,
            reading=request.method in READS,
        )
        with scope(wanted), transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response
