"""Accounts: made by one administrator, given a role by another."""

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from veterans_portal.accounts.actions import users as actions
from veterans_portal.accounts.admin_forms import GrantForm, UserEditForm, UserFilter, UserForm
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission as P
from veterans_portal.accounts.permissions import requires

from .offices import add_refusal

PAGE = 30


def chosen(request, query):
    form = UserFilter(query)
    form.is_valid()
    users = User.objects.visible_to(request.user).select_related("office").order_by("office_id", "username", "pk")
    wanted = form.cleaned_data
    if role := wanted.get("role"):
        users = users.filter(role="" if role == "NONE" else role)
    if wanted.get("active"):
        users = users.filter(is_active=wanted["active"] == "1")
    if word := wanted.get("q"):
        users = users.filter(Q(username__contains=word.lower()) | Q(display_name__contains=word))
    return form, users


@requires(P.MANAGE_ACCOUNTS, P.GRANT_ROLE)
@require_GET
def user_list(request):
    form, users = chosen(request, request.GET)
    page = Paginator(users, PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/user_list.html", {"form": form, "page": page})


@requires(P.MANAGE_ACCOUNTS, P.GRANT_ROLE)
@require_POST
def users_export(request):
    _, users = chosen(request, request.POST)
    labels = [("登录名", 16), ("姓名", 12), ("所属机构", 30), ("角色", 14), ("状态", 8), ("最近登录", 18)]
    rows = [
        (u.username, u.display_name, u.office.name, u.get_role_display(), "启用" if u.is_active else "停用",
         f"{timezone.localtime(u.last_login):%Y-%m-%d %H:%M}" if u.last_login else "")
        for u in users
    ]  # fmt: skip
    return export_list(request, title="账号表", labels=labels, rows=rows)


def user_or_404(request, pk):
    return get_object_or_404(User.objects.visible_to(request.user).select_related("office"), pk=pk)


@requires(P.MANAGE_ACCOUNTS, P.GRANT_ROLE)
@require_GET
def user_detail(request, pk):
    user, locked = user_or_404(request, pk), None
    if request.user.may(P.UNLOCK_ACCOUNT):
        locked = AccessAttempt.objects.filter(
            username=user.username, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
        ).exists()
    return render(request, "accounts/user_detail.html", {"account": user, "locked": locked})


@requires(P.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def user_new(request):
    form = UserForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            user, password = actions.create_user(values=form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            return show_password(request, user, password, "账号已新增")
    return render(
        request, "accounts/user_form.html", {"form": form, "title": "新增账号"}, status=422 if form.errors else 200
    )


def show_password(request, user, password: str, title: str):
    """The one time a one-time password is seen."""
    return render(request, "accounts/user_password.html", {"account": user, "password": password, "title": title})


@requires(P.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request, pk):
    user = user_or_404(request, pk)
    form = UserEditForm(request.POST or None, instance=user, user=request.user)
    if form.is_valid():
        actions.edit_user(user=user, changes=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, "账号已修改。")
        return redirect("accounts:user-detail", pk=pk)
    return render(
        request, "accounts/user_form.html", {"form": form, "title": "修改账号"}, status=422 if form.errors else 200
    )


def act(request, pk, template, verb, done, **arguments):
    """Ask first (GET), then do it (POST); a refusal is said on the same page."""
    user, error = user_or_404(request, pk), ""
    if request.method == "POST":
        try:
            verb(user=user, by=request.user, at=timezone.now(), **arguments)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, done)
            return redirect("accounts:user-detail", pk=pk)
    return render(request, template, {"account": user, "error": error}, status=422 if error else 200)


@requires(P.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def user_disable(request, pk):
    return act(request, pk, "accounts/user_disable.html", actions.set_active, "账号已停用。", is_active=False)


@requires(P.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def user_enable(request, pk):
    return act(request, pk, "accounts/user_enable.html", actions.set_active, "账号已启用。", is_active=True)


@requires(P.UNLOCK_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def user_unlock(request, pk):
    return act(request, pk, "accounts/user_unlock.html", actions.unlock_account, "账号已解锁。")


@requires(P.MANAGE_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def user_end_session(request, pk):
    return act(request, pk, "accounts/user_end_session.html", actions.end_session, "已让这个账号退出登录。")


@requires(P.GRANT_ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def user_grant(request, pk):
    user = user_or_404(request, pk)
    form = GrantForm(request.POST or None, user=request.user, initial={"role": user.role, "office": user.office_id})
    if form.is_valid():
        try:
            actions.grant_role(user=user, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "角色已授予。")
            return redirect("accounts:user-detail", pk=pk)
    return render(
        request, "accounts/user_grant.html", {"account": user, "form": form}, status=422 if form.errors else 200
    )


@requires(P.RESET_PASSWORD)
@require_http_methods(["GET", "HEAD", "POST"])
def user_reset_password(request, pk):
    user, error = user_or_404(request, pk), ""
    if request.method == "POST":
        try:
            user, password = actions.reset_password(user=user, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            return show_password(request, user, password, "密码已重置")
    return render(request, "accounts/user_reset.html", {"account": user, "error": error}, status=422 if error else 200)
