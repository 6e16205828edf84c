"""Pages that set the room up: offices, topics, channels, rules of the clocks."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import formset_factory
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from petitions.actions import settings as actions
from petitions.forms.settings import (
    AUTHORITIES,
    MODELS,
    AuthorityForm,
    EntryForm,
    LastDayForm,
    PolicyForm,
    ProfileForm,
    PromiseForm,
    above_choices,
)
from petitions.models import DeadlineRule, OfficeProfile, ReviewAuthority, Topic
from registry.forms.fields import say
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires

WAYS = ["GET", "HEAD", "POST"]
PROFILE = ("can_decide", "is_petition_bureau", "case_word", "number_word", "has_letterhead", "public_name", "public_address",
           "public_phone", "reception_hours")  # fmt: skip
POLICY = ("first_day", "roll", "policy_citation", "local_pause_kinds", "pause_citation")
PAGE = "petitions/settings_form.html"


def who(request) -> dict:
    return {"by": request.user, "at": timezone.now()}


# ---- offices ----------------------------------------------------------------------------------------------------


def office_link(office) -> Shown:
    return Shown(office.name, reverse("petitions:profile", args=[office.pk]))


OFFICES = [
    Column("单位", office_link, 30),
    Column("有权处理", lambda one: one.profile and ("是" if one.profile.can_decide else "否"), 10),
    Column("编号代字", lambda one: one.profile and one.profile.case_word, 10),
    Column("文号代字", lambda one: one.profile and one.profile.number_word, 14),
    Column("联系电话", lambda one: one.profile and one.profile.public_phone, 16),
    Column("检举控告联系人", lambda one: one.contact, 12),
    Column("设置", lambda one: Shown("已设置", tag="done") if one.profile else Shown("未设置", tag="soon"), 10),
]


def with_profiles(rows, user) -> None:
    held = {
        row.office_id: row for row in OfficeProfile.objects.visible_to(user).filter(office__in=[o.pk for o in rows])
    }
    names = User.objects.names(row.discipline_contact_id for row in held.values() if row.discipline_contact_id)
    for office in rows:
        office.profile = held.get(office.pk)
        office.contact = names.get(office.profile.discipline_contact_id, "") if office.profile else ""


@requires(Permission.CONFIGURE_PETITIONS)
@require_http_methods(WAYS)
def profiles(request):
    """Every office of one's own branch, and whether it is set up."""
    rows = Office.objects.visible_to(request.user).in_use().order_by("code")
    listing = Listing(title="单位信访设置", unit="个单位", columns=OFFICES, prepare=with_profiles, help_chapter="petition-settings",
                      empty="没有可以设置的单位。")  # fmt: skip
    return listing.respond(request, rows)


@requires(Permission.CONFIGURE_PETITIONS)
@require_http_methods(WAYS)
def profile(request, code):
    office = get_object_or_404(Office.objects.visible_to(request.user).in_use(), pk=code)
    row = OfficeProfile.objects.visible_to(request.user).filter(office=office).first()
    form, rows = profile_forms(request, office, row)
    if form.is_valid() and rows.is_valid():
        try:
            actions.save_profile(
                office=office, values=form.values(), authorities=[v for one in rows if (v := one.values())],
                row_version=int(request.POST.get("row_version") or 0), **who(request),
            )  # fmt: skip
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"{office.name}的信访设置已保存。")
            return redirect("petitions:profiles")
    wrong = request.method == "POST"
    context = {"form": form, "rows": rows, "office": office, "version": row.row_version if row else 0}
    return render(request, "petitions/profile.html", context, status=422 if wrong else 200)


def profile_forms(request, office: Office, row: OfficeProfile | None):
    typed = request.POST if request.method == "POST" else None
    initial = {
        "public_name": office.name,
        "public_address": office.address,
        "public_phone": office.phone,
        "can_decide": office.is_deciding,
    }
    held = []
    if row:
        initial = {name: getattr(row, name) for name in PROFILE} | {
            "discipline_contact": str(row.discipline_contact_id or "")
        }
        authorities = ReviewAuthority.objects.visible_to(request.user).filter(profile=row, is_active=True)
        held = [
            {"office": a.office_id or "", "name": a.name, "address": a.address, "ground": a.ground} for a in authorities
        ]
    form = ProfileForm(typed, user=request.user, office=office, today=timezone.localdate(), initial=initial)
    formset = formset_factory(AuthorityForm, extra=max(0, AUTHORITIES - len(held)), max_num=max(AUTHORITIES, len(held)))
    return form, formset(typed, initial=held, prefix="authority", form_kwargs={"offices": above_choices(office)})


# ---- topics and channels ----------------------------------------------------------------------------------------

ENTRY_TITLES = {"topics": ("主题", "个主题"), "channels": ("信访形式", "种形式")}


@requires(Permission.EDIT_RULES)
@require_http_methods(WAYS)
def entries(request, kind):
    """The list of topics, or of forms in which petitions arrive."""
    model, (title, unit) = MODELS[kind], ENTRY_TITLES[kind]

    def link(one):
        mark = "\u3000" if getattr(one, "parent_id", None) else ""
        return Shown(mark + one.label, reverse(f"petitions:{kind}-edit", args=[one.pk]))

    columns = [Column("名称", link, 20), Column("代码", lambda one: one.pk, 18)]
    if model is Topic:
        columns.append(Column("一般由谁处理", lambda one: one.usual_body, 30))
    else:
        columns.append(Column("法定形式", lambda one: one.law_form, 10))
    columns += [
        Column("别的写法", lambda one: "、".join(one.aliases), 40),
        Column("状态", lambda one: Shown("使用中", tag="done") if one.is_active else Shown("已停用"), 10),
    ]
    tools = [(f"新增{title}", reverse(f"petitions:{kind}-new"), "primary")]
    listing = Listing(title=title, unit=unit, columns=columns, tools=tools, empty="还没有内容。", filters=Filters,
                      help_chapter="petition-settings")  # fmt: skip
    return listing.respond(request, model.objects.visible_to(request.user).order_by("position", "pk"))


@requires(Permission.EDIT_RULES)
@require_http_methods(WAYS)
def entry_new(request, kind):
    return entry_page(request, kind, None)


@requires(Permission.EDIT_RULES)
@require_http_methods(WAYS)
def entry_edit(request, kind, entry):
    return entry_page(request, kind, get_object_or_404(MODELS[kind].objects.visible_to(request.user), pk=entry))


def entry_page(request, kind: str, row):
    model, title = MODELS[kind], ENTRY_TITLES[kind][0]
    initial = {}
    if row:
        initial = {"label": row.label, "aliases": "、".join(row.aliases), "is_active": row.is_active,
                   "parent": getattr(row, "parent_id", None) or "", "usual_body": getattr(row, "usual_body", ""),
                   "law_form": getattr(row, "law_form", "")}  # fmt: skip
    form = EntryForm(request.POST if request.method == "POST" else None, user=request.user, model=model, is_new=row is None,
                     today=timezone.localdate(), initial=initial)  # fmt: skip
    save = actions.save_topic if model is Topic else actions.save_channel

    def act(data):
        save(code=row.pk if row else data["code"], values=form.values(), is_new=row is None, **who(request))

    heading = f"修改{title}：{row.label}" if row else f"新增{title}"
    back = reverse(f"petitions:{kind}")
    return form_page(request, form, act=act, done=f"{title}已保存。", back=back, template=PAGE, title=heading, above=title,
                     consequence="停用后不能再选，已登记的不变。")  # fmt: skip


# ---- rules of the clocks ------------------------------------------------------------------------------------------


def rule_link(rule) -> Shown:
    return Shown(
        rule.label, reverse("petitions:rule", args=[rule.pk]), sub="" if rule.is_statutory else "本单位服务承诺"
    )


RULES = [
    Column("期限", rule_link, 20),
    Column("起算", lambda one: one.starts, 14),
    Column("长度", lambda one: f"{one.days} {one.get_unit_display()}", 10),
    Column("首日", lambda one: one.get_first_day_display(), 10),
    Column("届满日", lambda one: one.get_roll_display(), 16),
    Column("依据", lambda one: one.citation, 30),
    Column("适用", lambda one: one.whom, 20),
    Column("适用时段", lambda one: f"{one.applies_from} 至 {one.applies_to or '今'}", 24),
]


def name_whom(rows, user) -> None:
    offices = dict(
        Office.objects.directory().filter(pk__in={r.office_id for r in rows if r.office_id}).values_list("pk", "name")
    )
    for row in rows:
        parts = [offices.get(row.office_id, ""), row.channel.label if row.channel_id else "", row.source]
        row.whom = "、".join(part for part in parts if part) or "全部"


@requires(Permission.EDIT_RULES)
@require_http_methods(WAYS)
def rules(request):
    rows = DeadlineRule.objects.visible_to(request.user).filter(is_active=True).select_related("channel")
    tools = [("新增服务承诺", reverse("petitions:promise-new"), "primary")]
    listing = Listing(title="期限规则", unit="条", columns=RULES, prepare=name_whom, tools=tools, empty="没有期限规则。",
                      meta="法定期限的天数和依据只能看", help_chapter="petition-settings")  # fmt: skip
    return listing.respond(request, rows.order_by("-is_statutory", "-applies_from", "pk"))


@requires(Permission.EDIT_RULES)
@require_http_methods(WAYS)
def rule(request, pk):
    """One rule: what it says, and what the administrator may choose. 先看改动几个期限 tries it and takes it back."""
    row = get_object_or_404(DeadlineRule.objects.visible_to(request.user).select_related("channel"), pk=pk)
    name_whom([row], request.user)
    form = PolicyForm(request.POST if request.method == "POST" else None, today=timezone.localdate(),
                      initial={name: getattr(row, name) for name in POLICY})  # fmt: skip
    preview = None
    if form.is_valid():
        if "preview" not in request.POST:
            moved = actions.save_policy(rule=row, values=form.cleaned_data, **who(request))
            messages.success(request, f"期限规则已保存，改动了 {moved} 个期限。")
            return redirect("petitions:rules")
        preview = previewed(row, form.cleaned_data, request)
    return render(
        request,
        "petitions/rule.html",
        {"rule": row, "form": form, "preview": preview, "promises": actions.PROMISES},
        status=422 if form.errors else 200,
    )


def previewed(row: DeadlineRule, values: dict, request) -> int:
    with transaction.atomic():
        moved = actions.save_policy(rule=row, values=values, **who(request))
        transaction.set_rollback(True)
    return moved


@requires(Permission.EDIT_RULES)
@require_http_methods(WAYS)
def promise_new(request):
    form = PromiseForm(
        request.POST if request.method == "POST" else None, user=request.user, today=timezone.localdate()
    )

    def act(_):
        actions.add_promise(values=form.values(), **who(request))

    return form_page(request, form, act=act, done="服务承诺已登记，起用后收到的信访事项按它另计一个期限。", back=reverse("petitions:rules"),
                     template=PAGE, title="新增服务承诺", above="期限规则",
                     consequence="服务承诺是法定期限以外的另一个期限，不能代替或延长法定期限，页面上写明“本单位服务承诺”。")  # fmt: skip


@requires(Permission.EDIT_RULES)
@require_http_methods(WAYS)
def promise_end(request, pk):
    row = get_object_or_404(DeadlineRule.objects.visible_to(request.user), pk=pk, code__in=actions.PROMISES)
    form = LastDayForm(request.POST if request.method == "POST" else None, today=timezone.localdate())

    def act(data):
        actions.end_promise(rule=row, **data, **who(request))

    return form_page(request, form, act=act, done="服务承诺已停用。", back=reverse("petitions:rules"), template=PAGE,
                     title=f"停用服务承诺：{row.label}", above="期限规则", consequence="已在计算的期限不受影响。")  # fmt: skip
