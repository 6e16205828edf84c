"""信访统计 as it is shown: sections of lines, each with its figure, how it is defined, and the list behind it."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode

from petitions import figures
from petitions.figures import CLOCK_LABELS, STANDING_LABELS, VISITS, Ask
from petitions.models import Channel, Petition, Supervision, Topic, Transfer
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission


class Line(NamedTuple):
    """One figure: its words, what it comes to, where its rows are, and how it is counted."""

    label: str
    value: str
    url: str = ""
    note: str = ""


class Section(NamedTuple):
    title: str
    lines: list[Line]
    note: str = ""


class Page:
    """Puts the sections together for one question; asks for the names of codes once."""

    def __init__(self, ask: Ask):
        self.ask = ask
        self.kept = {"since": ask.since, "until": ask.until} | ({"office": ask.office} if ask.office else {})
        self.channels = dict(Channel.objects.order_by("position", "pk").values_list("pk", "label"))
        self.topics = dict(Topic.objects.filter(parent=None).order_by("position", "pk").values_list("pk", "label"))

    def url(self, name: str, value: str = "") -> str:
        more = {"value": value} if value else {}
        return f"{reverse('petitions:stats-rows', args=[name])}?{urlencode(self.kept | more)}"

    def line(self, label: str, value, name: str = "", of: str = "", note: str = "") -> Line:
        return Line(label, str(value), self.url(name, of) if name else "", note)

    def sections(self) -> list[Section]:
        found = [
            self.receptions(),
            *self.registered(),
            self.results(),
            self.punctuality(),
            self.answers(),
            self.passed_on(),
        ]
        if self.ask.user.may(Permission.SUPERVISE_PETITIONS):
            found.append(self.reported())
        if (number := figures.accusations(self.ask)) is not None:
            found.append(Section("检举控告", [Line("登记总数", str(number))], "只有指定联系人能看到这个数。"))
        return found

    def receptions(self) -> Section:
        sums, parts = figures.reception_sums(self.ask), figures.reception_parts(self.ask)
        total = tuple(sum(pair[n] for channel, pair in sums.items() if channel in VISITS) for n in (0, 1))
        lines = [
            self.line("接待批次和人次（走访）", said(*total), "receptions", "visits", "来访、联合接访、下访入户之和")
        ]
        lines += [
            self.line(f"　{self.channels[code]}", said(*sums[code]), "receptions", code)
            for code in VISITS
            if code in sums
        ]
        lines += [
            self.line(
                "　其中领导接访",
                said(parts["leader_batches"], parts["leader_people"]),
                "leader",
                note="与接访日有重叠，不相加",
            ),
            self.line("　其中接访日", said(parts["day_batches"], parts["day_people"]), "reception-day"),
        ]
        lines += [self.line(label, said(*sums[code]), "receptions", code) for code, label in self.channels.items()
                  if code in sums and code not in VISITS]  # fmt: skip
        lines += [
            self.line("咨询（条）", parts["consults"], "consults", note="各种形式"),
            self.line("当场解答化解（条，人）", f"{parts['on_spot']} 条 {parts['on_spot_people']} 人", "on-spot"),
        ]
        return Section("接待", lines, "按接待日期")

    def registered(self) -> list[Section]:
        parts = figures.registered_parts(self.ask)
        total = sum(parts["purpose"].values())
        labels = {
            "purpose": ("目的", dict(Petition.Purpose.choices)), "topic": ("涉及领域", self.topics),
            "channel": ("形式", self.channels), "source": ("来源", dict(Petition.Source.choices)),
        }  # fmt: skip
        found = [
            Section("信访事项", [self.line("登记（件）", total, "registered", note="不含无效件和并案")], "按登记日期")
        ]
        for name, (title, known) in labels.items():
            lines = [
                self.line(known.get(code, code), number, name, code) for code, number in ordered(parts[name], known)
            ]
            if lines:
                found.append(Section(f"信访事项：按{title}", lines))
        return found

    def results(self) -> Section:
        kinds = figures.counted(figures.closed(self.ask), "closing_kind")
        labels = dict(Petition.ClosingKind.choices)
        done = sum(number for kind, number in kinds.items() if kind not in figures.APART)
        lines = [self.line("办结（件）", done, note="下列各项之和，不含无效件和并案")]
        lines += [
            self.line(f"　{labels[kind]}", kinds[kind], "closed", kind)
            for kind in labels
            if kind in kinds and kind not in figures.APART
        ]
        lines += [
            self.line(f"{labels[kind]}（另列）", kinds[kind], "closed", kind) for kind in figures.APART if kind in kinds
        ]
        return Section("办结、在办、化解", [
            *lines,
            self.line("期末在办（件）", figures.still_open(self.ask).count(), "open"),
            self.line("办结的积案（件）", figures.backlog(self.ask).count(), "backlog", note="本期办结、期初以前登记的"),
            self.line("化解（个事项）", figures.settled(self.ask).count(), "settled", note="调解和解，以及支持的请求已经落实"),
        ], "办结按办结日期")  # fmt: skip

    def punctuality(self) -> Section:
        rate = figures.registration_rate(self.ask)
        lines = [
            self.line("登记按期率", f"{rate.percent}（{rate.words}）", note="收到后下一工作日前登记，本单位服务承诺"),
            self.line("　及时登记", rate.n, "registration", "met"),
            self.line("　没有及时登记", rate.m - rate.n, "registration", "late"),
        ]
        for name, standing in figures.standings(self.ask).items():
            rate, label = figures.rate_of(standing), CLOCK_LABELS[name]
            said = f"{rate.percent}（{rate.words}）"
            lines.append(self.line(f"{label}按期率", said, note="按期 / 已办到和已过期的"))
            lines += [
                self.line(f"　{STANDING_LABELS[key]}", number, f"{name}-clock", key) for key, number in standing.items()
            ]
        return Section("按期率", lines, "按届满日在本期内的期限；已取消的不计，未到期的不进分母")

    def answers(self) -> Section:
        mean, middle = figures.handling_days(self.ask)
        pleased, taking_part = figures.satisfaction(self.ask)
        calls = figures.call_satisfaction(self.ask)
        return Section("答复和评价", [
            self.line("答复（件）", taking_part.m, "replied", note="按答复送出日期"),
            self.line("平均办理天数", mean, note="收到至答复送出"),
            self.line("办理天数中位数", middle),
            self.line("满意率（公开评价）", f"{pleased.percent}（{pleased.words}）", note="满意和基本满意 / 已评价"),
            self.line("参评", taking_part.words, note="已评价 / 已答复"),
            self.line("满意率（回访）", f"{calls.percent}（{calls.words}）", note="回访中评分 3 分及以上，含旧台账"),
        ])  # fmt: skip

    def passed_on(self) -> Section:
        kinds = figures.counted(figures.transfers(self.ask), "kind")
        lines = [self.line(label, kinds.get(kind, 0), "transfers", kind) for kind, label in Transfer.Kind.choices]
        lines.append(
            self.line("同意退回的异议", figures.objections_upheld(self.ask).count(), "objections", note="按核实日期")
        )
        asked = figures.counted(figures.supervisions(self.ask), "kind")
        taken = dict(figures.supervisions(self.ask).filter(kind__in=figures.SUGGESTED, adopted__in=("ADOPTED", "PARTLY"))
                     .order_by().values_list("kind").annotate(n=figures.Count("pk")))  # fmt: skip
        for kind, label in Supervision.Kind.choices:
            note = f"采纳或部分采纳 {taken.get(kind, 0)}" if kind in figures.SUGGESTED else ""
            lines.append(self.line(label, asked.get(kind, 0), "supervisions", kind, note))
        return Section("转送、交办、督办和建议", lines, "转送交办按转出日期，督办和建议按发出日期")

    def reported(self) -> Section:
        counts = figures.counted(figures.reported_offices(self.ask), "office")
        names = dict(Office.objects.directory().filter(pk__in=counts).values_list("pk", "name"))
        lines = [
            Line(names.get(code, code), str(number))
            for code, number in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ]
        return Section(
            "被反映的单位", lines or [Line("没有反映具体单位的", "0")], "按登记日期；不含检举控告，不统计个人"
        )


def said(batches: int, people: int) -> str:
    return f"{batches} 批 {people} 人次"


def ordered(counter, known: dict) -> list[tuple[str, int]]:
    """In the order of the list of codes; what is not in it comes last."""
    codes = [*known, *sorted(code for code in counter if code not in known)]
    return [(code, counter[code]) for code in codes if counter.get(code)]
