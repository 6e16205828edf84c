"""
The pieces pages are made of, as template tags. Listed in TEMPLATES `builtins`: no page loads it.

Each tag has defaults for everything but what it is about, so a page cannot leave a variable undefined. The markup
lies in templates/components/; the arguments are named in the first line of each file there.
"""

from datetime import datetime
from urllib.parse import urlencode

from django import template
from django.forms import widgets as stock
from django.forms.formsets import BaseFormSet
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

from veterans_portal import charts, formats

register = template.Library()
for write in (formats.num, formats.yuan, formats.dash, formats.phone, formats.cn_date, formats.cn_time, formats.pd):
    register.filter(write.__name__, write)


@register.filter
def may(user, permission: str) -> bool:
    """Tell whether the person holds a permission: {% if request.user|may:"EDIT_PEOPLE" %}."""
    return user.is_authenticated and user.may(permission)


# ---- page ------------------------------------------------------------------------------------------------------


def drawn(name: str, /, **context):
    return render_to_string(f"components/{name}.html", context)


@register.simple_block_tag
def slot(content):
    """Keep a piece of markup for another tag: {% slot as tools %}…{% endslot %}."""
    return content


@register.inclusion_tag("components/crumbs.html")
def crumbs(*steps):
    """{% crumbs "人员档案" people_url "许春生" %}: label and url in turn, the last label alone."""
    return {"links": list(zip(steps[:-1:2], steps[1::2], strict=True)), "here": steps[-1]}


@register.simple_block_tag
def pagehead(content, title, meta="", lead=""):
    """{% pagehead "今天要办 6 件" meta="…" %}buttons or filters{% endpagehead %}."""
    return drawn("pagehead", content=mark_safe(content.strip()), title=title, meta=meta, lead=lead)


@register.simple_block_tag
def section(content, title, id="", tools="", sub=""):
    """A titled part of a page: {% section "基本信息" id="base" tools=tools %}…{% endsection %}."""
    return drawn("section", content=content, title=title, id=id, tools=tools, sub=sub)


@register.simple_block_tag
def panel(content, title):
    """A titled block of the side column: {% panel "常用办理" %}…{% endpanel %}."""
    return drawn("panel", content=content, title=title)


@register.simple_block_tag
def note(content, kind="info"):
    """A message with a left edge: {% note "warn" %}…{% endnote %}; kinds info, warn, error, done."""
    return drawn("note", content=content, kind=kind)


@register.inclusion_tag("components/tally.html")
def tally(items, label="分类"):
    """Big numbers that filter the list below; item: n, label, url, state ("overdue", "soon", ""), current."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/kpis.html")
def kpis(items, title="关键指标"):
    """Up to six figures; item: label, value, unit, note, url, alert."""
    return {"items": items, "title": title}


@register.inclusion_tag("components/action_list.html")
def action_list(items):
    """Links with a line of explanation; item: label, url, note."""
    return {"items": items}


@register.inclusion_tag("components/empty_state.html")
def empty_state(sentence, action="", url=""):
    """{% empty_state "还没有走访记录。" "登记走访" url %}."""
    return {"sentence": sentence, "action": action, "url": url}


@register.inclusion_tag("components/steps.html")
def steps(*names, current=1):
    """{% steps "选择文件" "核对列" "预览" "入库" current=3 %}: where one is on a way of several pages."""
    return {"steps": enumerate(names, start=1), "current": current, "count": len(names)}


@register.inclusion_tag("components/toc.html")
def toc(items, label="本页目录"):
    """Anchor list; item: id, label, count, problems (a number of problems shows as ! n)."""
    return {"items": items, "label": label}


@register.simple_block_tag
def dossier(content, name, number="", tags=(), actions="", photo_url=""):
    """Head of a dossier; the body is {% fact %} rows, `actions` a slot with buttons, `tags` plain texts."""
    return drawn("dossier", content=content, name=name, number=number, tags=tags, actions=actions, photo_url=photo_url)


def shown(value):
    """None and empty text mean nobody has filled it in; a yes or no is spelt out."""
    if value is True or value is False:
        return "是" if value else "否"
    return "" if value is None else value


@register.inclusion_tag("components/fact.html")
def fact(label, value, after=""):
    """One fact of a dossier head: {% fact "联系电话" person.phone|phone after=reveal %}."""
    return {"label": label, "value": shown(value), "after": after}


@register.inclusion_tag("components/summary_row.html")
def summary_row(label, value, note="", fix_url="", fix_label="现在填写"):
    """A row of <dl class="summary">; an empty value shows 未填写, with a link when `fix_url` is given."""
    return {"label": label, "value": shown(value), "note": note, "fix_url": fix_url, "fix_label": fix_label}


@register.simple_block_tag
def summary_body(content, label):
    """A summary row whose value is markup: {% summary_body "附件" %}<a …>…</a>{% endsummary_body %}."""
    return drawn("summary_body", content=content, label=label)


@register.simple_block_tag
def event(content, when, title, by="", state=""):
    """A line of <ol class="timeline">; `when` date, datetime or partial date text; state "now", "key" or ""."""
    text = formats.cn_time(when) if isinstance(when, datetime) else str(when)
    return drawn("event", content=content, when=text.replace(" ", "T"), text=text, title=title, by=by, state=state)


# ---- words and buttons -----------------------------------------------------------------------------------------


@register.simple_tag
def tag(text, kind="kind"):
    """{% tag "已到账" "done" %}; kinds kind, overdue, soon, back, done."""
    return format_html('<span class="tag tag--{}">{}</span>', kind, text)


@register.simple_tag
def due_tag(due_on, today, soon_days=3):
    """How many days are left, as a tag: 超期 2 天, 今天, 明天, 还剩 3 天."""
    left = (due_on - today).days
    if left < 0:
        return tag(f"超期 {-left} 天", "overdue")
    words = {0: "今天", 1: "明天"}.get(left, f"还剩 {left} 天")
    return tag(words, "soon" if left <= soon_days else "kind")


@register.simple_tag
def button(label, name="", value="", kind="primary"):
    """A submit button: {% button "保存" %}, {% button "存为草稿" name="draft" value="1" kind="" %}; kinds primary, sm."""
    named = format_html(' name="{}" value="{}"', name, value) if name else ""
    return format_html('<button class="{}"{}>{}</button>', button_class(kind), named, label)


@register.simple_tag
def button_link(label, url, kind="", hidden=""):
    """A link that looks like a button: {% button_link "登记走访" url "primary" %}; `hidden` is read aloud only."""
    unseen = format_html('<span class="sr">{}</span>', hidden) if hidden else ""
    return format_html('<a class="{}" href="{}">{}{}</a>', button_class(kind), url, label, unseen)


def button_class(kind: str) -> str:
    return " ".join(["btn", *(f"btn--{word}" for word in kind.split())])


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(context, label, url, kind="", hidden="", target="", **fields):
    """A form of one button: {% post_button "显示" url kind="link" hidden="完整身份证号" target="#id-number" %}."""
    css = "linkbtn" if kind == "link" else button_class(kind)
    return {
        "label": label, "url": url, "css": css, "hidden": hidden, "target": target, "fields": fields,
        "csrf_token": context.get("csrf_token", ""),
    }  # fmt: skip


@register.simple_block_tag(takes_context=True)
def confirm(context, content, title, label, back, consequence="", action="", files=False):
    """A page that asks before a consequential act; the body repeats who, what, how much."""
    token = context.get("csrf_token", "")
    return drawn("confirm", content=content, title=title, label=label, back=back,
                 consequence=consequence, action=action, files=files, csrf_token=token)  # fmt: skip


# ---- lists -----------------------------------------------------------------------------------------------------


@register.simple_block_tag
def table(content, caption, kind="", wide=False, show=False):
    """{% table "人员列表" "data" %}<thead>…{% endtable %}; kinds queue, data, cards, compact. `wide` always scrolls."""
    kinds = " ".join(f"table--{word}" for word in kind.split())
    return drawn("table", content=content, caption=caption, kinds=kinds, wide=wide, show=show)


def query(context, **changes) -> str:
    """The address of this list with some parameters changed; an empty value takes one away."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = value
    return f"?{parameters.urlencode()}"


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context, name, label, numeric=False, current=None):
    """{% sort_header "name" "姓名" %}: a heading cell that sorts by ?sort=name, and again by ?sort=-name."""
    now = context["request"].GET.get("sort", "") if current is None else current
    direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    wanted = f"-{name}" if direction == "ascending" else name
    url = query(context, sort=wanted, page=None)
    return {"label": label, "numeric": numeric, "direction": direction, "url": url}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, page, unit="人"):
    """{% pager page unit="户" %} under a list: how many there are, which are shown, the other pages."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    links = [{"text": n, "url": query(context, page=n) if n != page.paginator.ELLIPSIS else ""} for n in numbers]
    return {
        "page": page, "unit": unit, "links": links if page.paginator.num_pages > 1 else [],
        "previous": query(context, page=page.number - 1) if page.has_previous() else "",
        "next": query(context, page=page.number + 1) if page.has_next() else "",
    }  # fmt: skip


@register.inclusion_tag("components/chips.html")
def chips(items, clear_url=""):
    """The filters in force, each with its own way out; item: label, value, remove_url."""
    return {"items": items, "clear_url": clear_url}


@register.inclusion_tag("components/filterbar.html", takes_context=True)
def filterbar(context, form, label="查看", action=""):
    """A row of filters from a GET form; keeps the sort order."""
    return {"form": form, "label": label, "action": action, "sort": context["request"].GET.get("sort", "")}


@register.simple_tag(takes_context=True)
def here_with(context, **changes):
    """This page's address with parameters changed: {% here_with page="" category="B1" %}."""
    return query(context, **changes)


@register.simple_tag
def with_query(url, **parameters):
    """An address with a query string, empty ones left out: {% with_query list_url category="B1" %}."""
    text = urlencode({name: value for name, value in parameters.items() if value not in (None, "")})
    return f"{url}?{text}" if text else url


# ---- forms -----------------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound):
    """{% field form.name %}: label, hint, error, input. The same as form.name.as_field_group."""
    return bound.as_field_group()


@register.filter
def is_group(bound) -> bool:
    """Several controls under one legend (radio list, date boxes); a file box is one control."""
    return bound.use_fieldset and not isinstance(bound.field.widget, stock.FileInput)


@register.filter
def option_tags(groups) -> str:
    """The options of a select, as Django's own templates draw them one by one."""
    lines = []
    for name, options, _ in groups:
        drawn = "".join(
            f'<option value="{conditional_escape(str(option["value"]))}"{flatatt(option["attrs"])}>'
            f"{conditional_escape(option['label'])}</option>"
            for option in options
        )
        lines.append(format_html('<optgroup label="{}">{}</optgroup>', name, mark_safe(drawn)) if name else drawn)
    return mark_safe("".join(lines))


WIDTHS = (2, 4, 8, 12, 20, 30)


def control_class(widget) -> str:
    """The class of a control that names none: boxes are about as wide as what goes into them."""
    given = widget.attrs.get("class", "")
    boxed = isinstance(widget, (stock.Input, stock.Select, stock.Textarea))
    if given or not boxed or isinstance(widget, stock.CheckboxInput):
        return given
    if isinstance(widget, stock.FileInput):
        return "file"
    if isinstance(widget, (stock.Select, stock.Textarea)):
        return "input input--area" if isinstance(widget, stock.Textarea) else "input"
    longest = int(widget.attrs.get("maxlength") or 20)
    return f"input input--w{next((width for width in WIDTHS if longest <= width), 30)}"


@register.simple_tag
def control(bound):
    """The bare control of a field, with its class and both descriptions; templates/django/forms/field.html uses it."""
    attrs = {"class": css} if (css := control_class(bound.field.widget)) else {}
    if not is_group(bound) and bound.aria_describedby:
        attrs["aria-describedby"] = bound.aria_describedby
    return bound.as_widget(attrs=attrs)


def first_control(bound) -> str:
    """The id an error line leads to; a list of choices has its first row."""
    return bound.id_for_label or f"{bound.auto_id}_0"


def mistakes(source, row="") -> list[tuple[str, str]]:
    """(sentence, id of the control or "") of forms, formsets and lists of them, in page order; `about` of a form comes first."""
    if source is None:
        return []
    if isinstance(source, (list, tuple)):
        return [line for one in source for line in mistakes(one, row)]
    if isinstance(source, BaseFormSet):
        lines = [(sentence, "") for sentence in source.non_form_errors()]
        for number, form in enumerate(source.forms, start=1):
            lines += mistakes(form, f"第 {number} 行：")
        return lines
    row += getattr(source, "about", "")
    lines = [(f"{row}{sentence}", "") for sentence in source.non_field_errors()]
    for bound in source:
        target = "" if bound.is_hidden else first_control(bound)
        lines += [(f"{row}{sentence}", target) for sentence in bound.errors]
    return lines


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms):
    """{% error_summary form formset %} above the h1: what to mend, each line leading to its field."""
    return {"lines": mistakes(forms)}


@register.simple_tag
def error_prefix(*forms):
    """{% block title %}{% error_prefix form %}新增人员档案{% endblock %}: the title says 错误： first."""
    return "错误：" if mistakes(forms) else ""


# ---- long work and figures -------------------------------------------------------------------------------------


@register.inclusion_tag("components/progress.html")
def progress(job, url, is_over=False, sentence=""):
    """Progress of a JobProgress, asked again every 3 s at `url`; `sentence` replaces the job's own."""
    return {"job": job, "url": url, "is_over": is_over, "sentence": sentence or job.sentence}


@register.simple_tag
def refresh_without_js(seconds=5):
    """{% block head_extra %}{% if not is_over %}{% refresh_without_js %}{% endif %}{% endblock %}."""
    return format_html('<noscript><meta http-equiv="refresh" content="{}"></noscript>', seconds)


@register.inclusion_tag("components/chart.html")
def chart_figure(finding, drawing, sub=""):
    """A chart from charts.py under the sentence it proves, with its numbers as a table."""
    return {"finding": finding, "drawing": drawing, "sub": sub, "headers": drawing.headers, "rows": drawing.rows}


@register.simple_tag
def minibar(percent, target=None):
    """A bar beside a percentage in a table: <td class="bar">{{ p }}% {% minibar p target=75 %}</td>."""
    return charts.minibar(percent, target=target)
