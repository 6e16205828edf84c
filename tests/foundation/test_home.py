"""The first page: what is late stands on top, and each group says how many it holds."""

from datetime import timedelta

from registry.queues import Entry
from veterans_portal import home


class Room:
    """A room with work waiting: late, due tomorrow, returned, and without a day."""

    @staticmethod
    def entries(user, today):
        def entry(title, **more):
            return Entry(title, "", "某站", "去办", "/", **more)

        return [
            entry("没有期限"),
            entry("退回的", tag_kind="back"),
            entry("下月到期", due_on=today + timedelta(days=30)),
            entry("明天到期", due_on=today + timedelta(days=1)),
            entry("昨天到期", due_on=today - timedelta(days=1)),
        ]


def test_the_late_come_first(page, clerk, monkeypatch):
    monkeypatch.setattr(home, "ONE_BY_ONE", (Room,))
    soup = page("/", as_=clerk)
    assert soup.h1.text == "今天要办 5 件"
    assert [(" ".join(group.tr.text.split()), [a.text for a in group.select(".rowlink")]) for group in soup.select("tbody[id]")] == [
        ("已超期1 件", ["昨天到期"]),
        ("三天内到期1 件", ["明天到期"]),
        ("被退回1 件", ["退回的"]),
        ("其他待办2 件", ["下月到期", "没有期限"]),
    ]  # fmt: skip
    assert [a.text for a in soup.select("a.btn--primary")] == ["去办：昨天到期"]


def test_one_group_needs_no_heading(page, clerk, monkeypatch):
    monkeypatch.setattr(home, "ONE_BY_ONE", (Room, Room))
    monkeypatch.setattr(home, "group_of", lambda entry, today: "later")
    soup = page("/", as_=clerk)
    assert (len(soup.select(".rowlink")), soup.select(".table__group")) == (10, [])
