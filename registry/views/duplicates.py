"""疑似重复: the list, two dossiers side by side, and the merges that can be taken back."""

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registry.actions import duplicates as actions
from registry.forms.changes import FIELD_LABELS
from registry.forms.fields import Choice, Radio
from registry.forms.moves import ReasonForm
from registry.forms.people_filter import office_choices
from registry.models import Card, DuplicatePair, Identity, Merge, Person, Service
from registry.rules.ids import mask_id
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission, requires

STATES = {"open": ("待核对", "OPEN"), "merged": ("已合并", "MERGED"), "distinct": ("不是同一人", "DISTINCT")}


class PairFilters(Filters):
    """Filters of pairs."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="范围", empty="全部")
        self.fields["rule"] = Choice(dict(DuplicatePair.Rule.choices), label="依据", empty="全部")

    def by_office(self, rows, code):
        return rows.below(code)

    def by_rule(self, rows, rule):
        return rows.filter(rule=rule)


def about(person) -> str:
    return f"{person.ref}，{person.office.label}" if person else "不在范围内"


COLUMNS = [
    Column("姓名", lambda pair: Shown(pair.first.name, reverse("registry:pair", args=[pair.pk])), 10),
    Column("依据", lambda pair: pair.get_rule_display(), 18),
    Column("第一份档案", lambda pair: about(pair.first), 30),
    Column("第二份档案", lambda pair: about(pair.second), 30),
    Column("状态", lambda pair: Shown(pair.get_state_display(), tag="soon" if pair.state == "OPEN" else "kind"), 10),
    Column("说明", lambda pair: pair.note, 20),
]


def pairs_of(user):
    rows = DuplicatePair.objects.visible_to(user).live()
    return rows.select_related("first", "first__office", "second", "second__office")


@requires(Permission.MERGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def pairs(request):
    view = request.GET.get("view") if request.GET.get("view") in STATES else "open"
    url = reverse("registry:duplicates")
    rows = pairs_of(request.user)
    tally = [{"n": rows.filter(state=state).count(), "label": label, "url": f"{url}?view={name}", "current": name == view,
              "state": ""} for name, (label, state) in STATES.items()]  # fmt: skip
    listing = Listing(title="疑似重复", unit="对", columns=COLUMNS, filters=PairFilters, empty="没有疑似重复。", help_chapter="duplicates",
                      tools=[("已合并的档案", reverse("registry:merges"), "")])  # fmt: skip
    return listing.respond(
        request, rows.filter(state=STATES[view][1]).order_by("-pk"), tally=tally, kept={"view": view}
    )


class MergeForm(forms.Form):
    """Which dossier is kept, and for each differing field whose value."""

    use_required_attribute = False

    def __init__(self, *args, pair: DuplicatePair, lines, today=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.pair, self.lines = pair, lines
        people = {str(pair.first_id): about(pair.first), str(pair.second_id): about(pair.second)}
        self.fields["survivor"] = Radio(people, label="保留哪一份档案", required=True, columns=1)
        for line in lines:
            if line["first"] and line["second"] and line["differs"]:  # what only one has is taken anyway
                options = {"1": f"第一份：{line['first']}", "2": f"第二份：{line['second']}"}
                self.fields[f"take-{line['name']}"] = Choice(options, label=line["label"], empty="用保留档案的")

    def taken(self, survivor: int) -> set[str]:
        """Return the fields of which the other dossier's value was chosen."""
        other = "2" if survivor == self.pair.first_id else "1"
        return {
            name.removeprefix("take-")
            for name, value in self.cleaned_data.items()
            if name.startswith("take-") and value == other
        }


def words(person: Person, name: str) -> str:
    value = getattr(person, name) or ""
    if name == "id_number":
        return mask_id(value) if value else ""
    display = getattr(person, f"get_{name}_display", None)
    return str(display()) if display and value else str(value)


def lines_of(pair: DuplicatePair) -> list[dict]:
    """Every field of both, those that differ first told apart."""
    found = []
    for name in actions.FIELDS:
        first, second = words(pair.first, name), words(pair.second, name)
        label = FIELD_LABELS.get(name) or str(Person._meta.get_field(name).verbose_name)
        if first or second:
            found.append({"name": name, "label": label, "first": first, "second": second, "differs": first != second})
    return found


def counts_of(pair: DuplicatePair, user) -> list[dict]:
    """What hangs on each: categories, periods of service, cards."""
    found = []
    keys = (pair.first_id, pair.second_id)
    held = Identity.objects.visible_to(user).open().filter(person_id__in=keys).select_related("category")
    services = list(
        Service.objects.visible_to(user)
        .live()
        .filter(person_id__in=keys)
        .values_list("person_id", "enlisted", "discharged")
    )
    cards = list(Card.objects.visible_to(user).live().filter(person_id__in=keys).values_list("person_id", flat=True))
    for label, texts in (
        ("身份类别", [(one.person_id, f"{one.category.label}（{one.get_standing_display()}）") for one in held]),
        ("服役经历", [(key, f"{first} 至 {last}") for key, first, last in services]),
        ("优待证", [(key, "有") for key in cards]),
    ):
        first, second = ("、".join(text for key, text in texts if key == wanted) for wanted in keys)
        found.append({"label": label, "first": first, "second": second, "differs": first != second})
    return found


@requires(Permission.MERGE_PEOPLE)
@require_http_methods(WAYS)
def pair(request, pk):
    """Two dossiers side by side: merge them, or say that they are two people."""
    found = get_object_or_404(pairs_of(request.user), pk=pk)
    if found.first is None or found.second is None:
        raise Http404
    lines = lines_of(found)
    is_open = found.state == DuplicatePair.State.OPEN
    form = MergeForm(request.POST if request.method == "POST" and is_open else None, pair=found, lines=lines)

    def act(data):
        survivor = int(data["survivor"])
        return actions.merge_people(pair=found, survivor=survivor, take=form.taken(survivor), **who(request))

    context = {"pair": found, "lines": lines, "counts": counts_of(found, request.user), "is_open": is_open}
    return form_page(request, form, act=act, done="已合并。弄错了可以在“已合并的档案”里撤销。", template="registry/pair.html",
                     back=reverse("registry:duplicates"), **context)  # fmt: skip


@requires(Permission.MERGE_PEOPLE)
@require_http_methods(WAYS)
def pair_distinct(request, pk):
    found = get_object_or_404(pairs_of(request.user), pk=pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None, today=timezone.localdate(), label="为什么不是同一人"
    )

    def act(data):
        return actions.keep_distinct(pair=found, note=data["reason"], **who(request))

    return form_page(request, form, act=act, done="已记为不是同一人，不再提示。", template="registry/pair_distinct.html", pair=found,
                     back=reverse("registry:pair", args=[pk]))  # fmt: skip


MERGES = [
    Column("保留的档案", lambda one: Shown(one.survivor.name, reverse("registry:person", args=[one.survivor.ref]), sub=one.survivor.ref), 14),
    Column("并入的档案", lambda one: one.loser.ref, 14),
    Column("合并时间", lambda one: f"{timezone.localtime(one.created_at):%Y-%m-%d %H:%M}", 16),
    Column("经办", lambda one: one.maker, 10),
    Column("状态", lambda one: Shown("已撤销", tag="kind") if one.undone_at
           else Shown("撤销", reverse("registry:merge-undo", args=[one.pk])), 10),
]  # fmt: skip


def name_makers(rows, user) -> None:
    names = User.objects.names({one.created_by_id for one in rows})
    for one in rows:
        one.maker = names.get(one.created_by_id, "")


def merges_of(user):
    return Merge.objects.visible_to(user).live().select_related("survivor", "loser").order_by("-pk")


@requires(Permission.MERGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def merges(request):
    listing = Listing(title="已合并的档案", unit="次", columns=MERGES, prepare=name_makers, empty="还没有合并过档案。",
                      help_chapter="duplicates")  # fmt: skip
    return listing.respond(request, merges_of(request.user))


@requires(Permission.MERGE_PEOPLE)
@require_http_methods(WAYS)
def merge_undo(request, pk):
    merge = get_object_or_404(merges_of(request.user), pk=pk)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def act(data):
        return actions.undo_merge(merge=merge, **who(request))

    return form_page(request, form, act=act, done="已撤销合并，两份档案都恢复了。", template="registry/merge_undo.html", merge=merge,
                     back=reverse("registry:merges"))  # fmt: skip
