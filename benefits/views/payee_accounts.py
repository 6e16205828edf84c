"""收款账户: those that wait for a second person, one confirmed list at a time; entering, replacing, showing once."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from benefits.actions import entitled_papers as papers
from benefits.actions import payee_accounts as actions
from benefits.forms.payee_accounts import AccountForm, RevealForm
from benefits.models import PayeeAccount
from benefits.payees import meet
from benefits.queues import faulty
from benefits.views.tabs import tabs
from registry.forms.fields import Choice, Text, say
from registry.forms.people_filter import office_choices
from registry.views.edits import WAYS, who
from registry.views.evidence import take_paper
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page, person_or_404
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.widgets import TextBox

VIEWS = {
    "open": ("待确认", Q(replaced_at=None, confirmed_at=None)),
    "ready": ("已确认", Q(replaced_at=None, confirmed_at__isnull=False)),
    "old": ("已更换", Q(replaced_at__isnull=False)),
}
MARKS = {"open": "soon", "fault": "overdue"}
PAPER_ROWS = 500


class AccountFilters(Filters):
    """Filters of the list."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="所属站", empty="全部")
        self.fields["purpose"] = Choice(dict(PayeeAccount.Purpose.choices), label="用途", empty="全部")
        self.fields["find"] = Text(label="姓名或尾号", max_length=30, required=False, widget=TextBox(width=8))

    def by_office(self, rows, code):
        return rows.below(code)

    def by_purpose(self, rows, purpose):
        return rows.filter(purpose=purpose)

    def by_find(self, rows, text):
        names = Q(person__name__contains=text) | Q(person__merged_into__name__contains=text)
        return rows.filter(Q(account_last4=text) | names)


COLUMNS = [
    Column("姓名", lambda row: Shown(row.payee.name, row.payee.url), 10),
    Column("身份证号", lambda row: row.payee.masked_id, 20),
    Column("用途", lambda row: row.get_purpose_display(), 12),
    Column("开户银行", lambda row: row.bank_name, 20),
    Column("账号尾号", lambda row: row.account_last4, 10),
    Column(
        "户名",
        lambda row: Shown(
            row.holder_name, sub="" if row.holder_relation == "SELF" else row.get_holder_relation_display()
        ),
        10,
    ),
    Column("来源", lambda row: row.get_source_display(), 14),
    Column("所属站", lambda row: row.payee.station, 24),
    Column("录入人", lambda row: row.maker, 10),
]
REPLACE = Column("下一步", lambda row: Shown("更换账户", reverse("benefits:account-replace", args=[row.pk])), 10)


def prepare(rows, user) -> None:
    meet(rows, user)
    names = User.objects.names({row.entered_by_id for row in rows})
    for row in rows:
        row.maker = names.get(row.entered_by_id, "")
        row.not_ticked = "本人录入" if row.entered_by_id == user.pk else ""
        row.tick_label = f"{row.payee.name}尾号{row.account_last4}"


def accounts_of(user):
    return PayeeAccount.objects.visible_to(user)


def views_of(user) -> dict[str, tuple[str, Q]]:
    """The tabs, with the accounts to which a bank could not pay behind those that wait."""
    fault = ("银行退回", Q(pk__in=faulty(accounts_of(user), user).values("pk")))
    return {"open": VIEWS["open"], "fault": fault} | VIEWS


@requires(Permission.READ_BENEFITS)
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request):
    if request.method == "POST" and "confirm" in request.POST:
        return confirm(request)
    views = views_of(request.user)
    view = request.GET.get("view") if request.GET.get("view") in views else "open"
    rows = accounts_of(request.user).filter(views[view][1]).order_by("office_id", "person__pinyin", "pk")
    columns = [*COLUMNS[:-1], REPLACE] if view == "fault" and request.user.may(Permission.EDIT_ACCOUNT) else COLUMNS
    listing = Listing(title="收款账户", unit="个", columns=columns, filters=AccountFilters, prepare=prepare, help_chapter="payees",
                      meta="账号只显示后四位", empty="没有这种状态的账户。", template="benefits/accounts.html",
                      empty_action=("看全部已确认的", f"{reverse('benefits:accounts')}?view=ready"))  # fmt: skip
    may_confirm = view == "open" and request.user.may(Permission.CONFIRM_ACCOUNT)
    tally = tabs(accounts_of(request.user), views, reverse("benefits:accounts"), view, marks=MARKS)
    return listing.respond(request, rows, tally=tally, kept={"view": view}, may_confirm=may_confirm,
                           confirm_label="确认所选账户")  # fmt: skip


def confirm(request):
    if not request.user.may(Permission.CONFIRM_ACCOUNT):
        raise PermissionDenied
    keys = [int(pk) for pk in request.POST.getlist("row") if pk.isdecimal()]
    try:
        count = actions.confirm_accounts(accounts=keys, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已确认 {count} 个账户。")
    return redirect(request.get_full_path())


@requires(Permission.CONFIRM_ACCOUNT)
@require_POST
def accounts_sheet(request):
    """The list against which the accounts that wait are checked on paper, under the filters of the page."""
    rows = AccountFilters(request.GET, user=request.user).apply(accounts_of(request.user).filter(VIEWS["open"][1]))
    found = list(rows.order_by("office_id", "person__pinyin", "pk")[:PAPER_ROWS])
    prepare(found, request.user)
    try:
        file = papers.print_accounts(rows=found, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:accounts")
    return redirect("file-download", pk=file.pk)


def account_or_404(request, pk: int) -> PayeeAccount:
    found = get_object_or_404(accounts_of(request.user).select_related("person__merged_into"), pk=pk)
    meet([found], request.user)
    return found


@requires(Permission.EDIT_ACCOUNT)
@require_http_methods(WAYS)
def account_new(request, ref):
    person, today = person_or_404(request, ref), timezone.localdate()
    held = set(
        PayeeAccount.objects.visible_to(request.user)
        .filter(person__survivor_key=person.survivor_key, replaced_at=None)
        .values_list("purpose", flat=True)
    )
    free = {value: label for value, label in PayeeAccount.Purpose.choices if value not in held}
    back = reverse("benefits:person", args=[ref]) + "#accounts"
    if not free:
        messages.info(request, "各种用途都已有账户，请使用“更换账户”。")
        return redirect(back)
    sent = take_paper(request, person, kind="PROXY")
    initial = {"purpose": next(iter(free)), "holder_name": person.name, "holder_relation": "SELF"}
    form = sent.tell(AccountForm(sent.data, today=today, papers=sent.papers, purposes=free, initial=initial))

    def act(data):
        return actions.enter_account(person=person, purpose=data["purpose"], account_number=data["account_number"],
                                     values=form.values(), proof=form.paper(), **who(request))  # fmt: skip

    return form_page(request, form, act=act, done="账户已录入，等区县另一人确认。", template="benefits/form.html", person=person,
                     back=back, title="录入收款账户", label="保存", lead="录入后由区县另一人核对确认，确认以前不会发放到这个账户。")  # fmt: skip


@requires(Permission.EDIT_ACCOUNT)
@require_http_methods(WAYS)
def account_replace(request, pk):
    old, today = account_or_404(request, pk), timezone.localdate()
    person = person_or_404(request, old.payee.ref)
    back = reverse("benefits:person", args=[person.ref]) + "#accounts"
    if old.replaced_at:
        messages.info(request, "这个账户已被更换。")
        return redirect(back)
    sent = take_paper(request, person, kind="PROXY")
    initial = {
        name: getattr(old, name) for name in ("holder_name", "holder_relation", "bank_name", "bank_code", "source")
    }
    form = sent.tell(AccountForm(sent.data, today=today, papers=sent.papers, initial=initial))

    def act(data):
        return actions.replace_account(account=old, account_number=data["account_number"], values=form.values(),
                                       proof=form.paper(), **who(request))  # fmt: skip

    lead = f"原账户：{old}。更换后原账户停用，新账户由区县另一人确认以前，这项用途暂不发放，确认后补发。"
    return form_page(request, form, act=act, done="账户已更换，等区县另一人确认。", template="benefits/form.html", person=person,
                     back=back, title=f"更换收款账户：{old.get_purpose_display()}", label="更换账户", lead=lead)  # fmt: skip


@requires(Permission.REVEAL_ACCOUNT)
@require_http_methods(WAYS)
def account_reveal(request, pk):
    """Ask for the reason; the answer shows the number once and is kept nowhere."""
    account, number = account_or_404(request, pk), ""
    form = RevealForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if form.is_valid():
        try:
            number = actions.reveal_account(account=account, **form.cleaned_data, **who(request))
        except ValidationError as refusal:
            say(form, refusal)
    groups = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    context = {
        "account": account,
        "form": form,
        "number": groups,
        "back": account.payee.url,
    }
    response = render(request, "benefits/account_reveal.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response
