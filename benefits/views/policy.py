"""Policy beside the standards: dated rules with their citation, the programmes, and how the own office pays."""

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits import tables
from benefits.actions import policy as actions
from benefits.forms.notices import levels_for
from benefits.forms.policy import WORDS, RuleForm, SettingsForm
from benefits.models import PayingOffice, PolicyRule, Programme
from benefits.views.enrolment_deeds import Nothing
from benefits.views.notices import is_own
from registry import living_codes
from registry.forms.fields import Choice
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires

VIEWS = {
    "draft": ("待发布", Q(state="DRAFT")),
    "published": ("已发布", Q(state="PUBLISHED")),
    "withdrawn": ("已撤回", Q(state="WITHDRAWN")),
}
MARK_TAG = {"V": "done", "W": "kind", "L": "kind", "U": "soon"}
TAG = {"DRAFT": "soon", "PUBLISHED": "done", "WITHDRAWN": "back"}


class RuleFilters(Filters):
    """Filters of the list."""

    def build(self):
        self.fields["rule"] = Choice(dict(PolicyRule.Rule.choices), label="规则", empty="全部")
        self.fields["mark"] = Choice(dict(PolicyRule.Mark.choices), label="核对情况", empty="全部")

    def by_rule(self, rows, rule):
        return rows.filter(rule=rule)

    def by_mark(self, rows, mark):
        return rows.filter(source_mark=mark)


def value_words(row: PolicyRule) -> str:
    units = {"FUNERAL_MONTHS": " 个月", "CONFIRM_DAYS": " 天"}
    return WORDS.get(row.value_code, row.value_code) if row.value_code else f"{row.value_int}{units.get(row.rule, '')}"


def scope_words(row: PolicyRule) -> str:
    cause = dict(living_codes.DEATH_CAUSE).get(row.cause, row.cause)
    other = f"与{row.other_programme.name}" if row.other_programme_id else ""
    category = f"类别 {row.category_code}" if row.category_code else ""
    return "，".join(filter(None, (row.programme.name if row.programme_id else "所有项目", category, other, cause)))


def span_words(row: PolicyRule) -> str:
    first = "历来" if row.effective_from.year == 1900 else f"{row.effective_from:%Y-%m-%d}"
    return f"{first} 至 {row.effective_to:%Y-%m-%d}" if row.effective_to else f"{first} 起"


COLUMNS = [
    Column("规则", lambda row: Shown(row.get_rule_display(), reverse("benefits:rule", args=[row.pk])), 16),
    Column("适用于", scope_words, 30),
    Column("取值", value_words, 16),
    Column("期间", span_words, 24),
    Column("依据", lambda row: row.citation, 36),
    Column("核对情况", lambda row: Shown(row.get_source_mark_display(), tag=MARK_TAG[row.source_mark]), 16),
    Column("状态", lambda row: Shown(row.get_state_display(), tag=TAG[row.state]), 10),
]
READERS = (Permission.CONFIGURE_BENEFITS, Permission.PUBLISH_NOTICE, Permission.ENTER_NOTICE)


@requires(*READERS)
@require_http_methods(WAYS)
def rules(request):
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "published"
    rows = PolicyRule.objects.visible_to(request.user)
    numbers = rows.aggregate(**{name: Count("pk", filter=held) for name, (_, held) in VIEWS.items()})
    url, new_url = reverse("benefits:rules"), reverse("benefits:rule-new")
    tally = [{"n": numbers[name], "label": label, "url": f"{url}?view={name}", "current": name == view, "state": ""}
             for name, (label, _) in VIEWS.items()]  # fmt: skip
    may = request.user.may(Permission.ENTER_NOTICE) and bool(levels_for(request.user))
    listing = Listing(title="政策规则", unit="条", columns=COLUMNS, filters=RuleFilters, help_chapter="standards",
                      meta="“未经本地文件确认”的，请对照本地文件另录一条", tools=[("录入规则", new_url, "primary")] if may else (),
                      empty="没有这种状态的规则。", empty_action=("录入规则", new_url) if may else ("", ""))  # fmt: skip
    found = rows.filter(VIEWS[view][1]).select_related("programme", "other_programme")
    return listing.respond(
        request,
        found.order_by("rule", "programme__display_order", "-effective_from", "pk"),
        tally=tally,
        kept={"view": view},
    )


@requires(Permission.ENTER_NOTICE)
@require_http_methods(WAYS)
def rule_new(request):
    if not levels_for(request.user):
        raise PermissionDenied
    form = RuleForm(request.POST if request.method == "POST" else None, user=request.user, today=timezone.localdate(),
                    programmes=tables.programme_names(request.user))  # fmt: skip
    back = reverse("benefits:rules") + "?view=draft"

    def act(data):
        return actions.enter_rule(values=form.values(), **who(request))

    return form_page(request, form, act=act, done="规则已录入，等另一人发布。", back=back, template="benefits/policy_form.html",
                     title="录入规则", label="保存", meta="由录入人以外的另一人发布后才生效",
                     parent=("政策规则", reverse("benefits:rules")))  # fmt: skip


@requires(*READERS)
@require_http_methods(WAYS)
def rule(request, pk):
    """One rule, with the button that a second person presses."""
    rows = PolicyRule.objects.visible_to(request.user).select_related("programme", "other_programme")
    found = get_object_or_404(rows, pk=pk)
    form = Nothing(request.POST if request.method == "POST" else None, today=timezone.localdate())
    may = request.user.may(Permission.PUBLISH_NOTICE) and is_own(request.user, found)
    back = reverse("benefits:rules")
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        verb = actions.withdraw_rule if request.POST.get("deed") == "withdraw" else actions.publish_rule
        done = "规则已撤回。" if verb is actions.withdraw_rule else "规则已发布。"
        return form_page(request, form, act=lambda data: verb(rule=found, **who(request)), done=done, back=reverse("benefits:rule", args=[pk]),
                         template="benefits/rule.html", **rule_context(request, found, may))  # fmt: skip
    return render(request, "benefits/rule.html", {"form": form, "back": back} | rule_context(request, found, may))


def rule_context(request, found: PolicyRule, may: bool) -> dict:
    names = User.objects.names([found.entered_by_id, found.published_by_id])
    return {
        "rule": found, "value": value_words(found), "scope": scope_words(found), "span": span_words(found), "place": tables.place_words(found),
        "author": names.get(found.entered_by_id, "随系统提供"), "publisher": names.get(found.published_by_id, ""),
        "may_publish": may and found.state == "DRAFT" and found.entered_by_id != request.user.pk,
        "may_withdraw": may and found.state != "WITHDRAWN",
        "earlier": actions.earlier_rule(found) if found.state == "DRAFT" else None,
    }  # fmt: skip


PROGRAMME_COLUMNS = [
    Column("项目", lambda row: Shown(row.name, sub=row.code), 30),
    Column("种类", lambda row: row.get_family_display(), 8),
    Column("服务对象类别", lambda row: "、".join(row.category_codes), 20),
    Column("发放周期", lambda row: row.get_frequency_display(), 10),
    Column("基本标准", lambda row: row.get_base_rule_display(), 16),
    Column("分位起算月", lambda row: f"{row.cents_anchor_month} 月", 10),
    Column("依据", lambda row: row.legal_basis, 36),
    Column("状态", lambda row: Shown("启用" if row.is_active else "停用", tag="done" if row.is_active else "kind"), 8),
]


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def programmes(request):
    listing = Listing(title="补助项目", unit="项", columns=PROGRAMME_COLUMNS, help_chapter="standards", empty="没有补助项目。",
                      empty_action=("看补助标准", reverse("benefits:standards")))  # fmt: skip
    return listing.respond(request, Programme.objects.visible_to(request.user).order_by("display_order", "pk"))


@requires(Permission.CONFIGURE_BENEFITS)
@require_http_methods(WAYS)
def settings(request):
    """How the own office pays; the first save sets it up."""
    if not request.user.office.is_deciding:
        raise PermissionDenied
    found = PayingOffice.objects.visible_to(request.user).filter(office_id=request.user.office_id).first()
    shown = found or PayingOffice(office_id=request.user.office_id)
    initial = {
        name: getattr(shown, name)
        for _, names in SettingsForm.groups
        for name in names
        if not name.startswith("limit_")
    }
    initial |= {f"limit_{kind}": amount for kind, amount in shown.aid_limits.items()}
    form = SettingsForm(request.POST if request.method == "POST" else None, today=timezone.localdate(), initial=initial)
    version = request.POST.get("version", "")

    def act(data):
        return actions.save_settings(
            values=form.values(), version=int(version) if version.isdecimal() else 0, **who(request)
        )

    return form_page(request, form, act=act, done="发放设置已保存。", back=reverse("benefits:settings"), template="benefits/policy_form.html",
                     title="发放设置", label="保存", meta=request.user.office.label, version=found.row_version if found else "",
                     parent=("待遇发放", reverse("benefits:home")))  # fmt: skip
