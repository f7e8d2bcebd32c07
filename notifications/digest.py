"""The morning digest (晨报): one mail a person on working days at 8:00, with the day's notices and what waits on their desk."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models import Message
from models.columns import table_of
from models.local_time import MORNING, at_local, end_of_day, last_day, local_day
from models.queries.activities import leaves_to_answer
from models.queries.bodies import recipients
from models.queries.messages import people, preferences, queued_of_people
from models.queries.waiting import DeskCounts, Urgent, desk_counts, urgent_runs
from models.session import reading, transaction
from models.settings import Settings, settings
from notifications.catalogue import notice
from notifications.chat import Counts, tell_groups
from notifications.days import SOON_DAYS, is_working, working_days_after
from notifications.folding import foldable_keys, waits_for_digest, wants_digest
from notifications.render import subject_of
from notifications.words import Envelope, Sender, day_words, plain

MESSAGES = table_of(Message)
PEOPLE_AT_ONCE = 200
MOST_ROWS = 8
STAGES = {
    "round": "批次", "rounds": "批次", "application": "申报", "tier_review": "审核推荐", "expert_review": "专家评审", "opinion": "评分与意见",
    "public_notice": "公示与异议", "plaque": "发文与挂牌", "membership": "成员", "activities": "报送与活动", "assessment": "考核",
    "rectification": "整改", "renewal": "续期", "grant": "经费", "decision": "待决定事项",
    "leave": "请假待答复",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Morning:
    """One morning: its moment and the edges of today and of the third working day."""

    now: datetime
    today: date
    end_of_today: datetime
    soon_until: datetime


@dataclass
class Desk:
    """What one person finds in the morning."""

    name: str
    address: str
    folded: list[Any] = field(default_factory=list)
    counts: list[DeskCounts] = field(default_factory=list)
    urgent: list[Urgent] = field(default_factory=list)

    def total(self, word: str) -> int:
        """How many over all desks of this person."""
        return sum(getattr(count, word) for count in self.counts)

    @property
    def has_news(self) -> bool:
        """Whether a mail is worth sending: something was told, or something is late or soon due."""
        return bool(self.folded or self.total("overdue") or self.total("today") or self.total("soon"))


def digest(engine: Engine, now: datetime, site: Settings | None = None) -> int:
    """Queue this morning's digests; returns how many are new. Nothing before 8:00, on rest days, or twice a day.

    However long the clock stood still, a person gets one digest: that of today.
    """
    site = site or settings()
    with reading(engine) as session:
        morning = _morning(session, now)
        if morning is None:
            return 0
        desks, waiting = _desks(session, morning), _counts(session, morning)
    made = 0
    everyone = sorted(desks)
    for start in range(0, len(everyone), PEOPLE_AT_ONCE):
        with transaction(engine) as session:
            made += _write(session, morning, {id_: desks[id_] for id_ in everyone[start : start + PEOPLE_AT_ONCE]})
    if made:
        tell_groups(site.chat_urls, waiting, morning.today)
    return made


def _morning(session: Session, now: datetime) -> Morning | None:
    today = local_day(now)
    if now < at_local(today, MORNING) or not is_working(session, today):
        return None
    ahead = working_days_after(session, today, SOON_DAYS)
    return Morning(now, today, end_of_day(today), end_of_day(ahead[-1] if ahead else today))


def _counts(session: Session, morning: Morning) -> Counts:
    counts = desk_counts(session, morning.now, morning.end_of_today, morning.soon_until).values()
    return Counts(*(sum(getattr(one, word) for one in counts) for word in ("overdue", "today", "soon", "rest")))


def _desks(session: Session, morning: Morning) -> Mapping[int, Desk]:
    """Everyone who gets a digest this morning; ten queries, however many they are."""
    counts = desk_counts(session, morning.now, morning.end_of_today, morning.soon_until)
    manned = recipients(session, counts, morning.today)
    messages, leaves = queued_of_people(session, foldable_keys()), _leaves(session)
    behind: dict[int, list[str]] = defaultdict(list)
    for key, told in manned.items():
        for who in told:
            if who.person_id is not None:
                behind[who.person_id].append(key)
    ids = set(behind) | set(leaves) | {row.person_id for row in messages}
    named, wishes = people(session, ids), preferences(session, ids)
    urgent = urgent_runs(session, counts, morning.soon_until) if counts else {}
    found = {id_: Desk(*named[id_]) for id_ in ids if named[id_][1] and wants_digest(wishes, id_)}
    for id_, person in found.items():
        asked = leaves.get(id_, ())
        person.counts = [*(counts[key] for key in behind[id_]), *(_counted(one, morning) for one in asked)]
        near = (one for one in asked if one.due_at <= morning.soon_until)
        waits = (one for key in behind[id_] for one in urgent.get(key, ()))
        person.urgent = sorted((*waits, *near), key=lambda one: (one.due_at, one.run_id))
    for row in messages:
        if row.person_id in found and waits_for_digest(row, notice(row.notice), wishes, morning.today):
            found[row.person_id].folded.append(row)
    return {id_: desk for id_, desk in found.items() if desk.has_news}


def _leaves(session: Session) -> Mapping[int, Sequence[Urgent]]:
    """Leave that waits for an answer, by who may give it; what has begun without one is overdue."""
    found: dict[int, list[Urgent]] = defaultdict(list)
    for one in leaves_to_answer(session):
        due = one.starts_at or end_of_day(one.held_on)
        found[one.answers_id].append(Urgent("", one.leave_id, "leave", due, one.person, one.title))
    return found


def _counted(one: Urgent, morning: Morning) -> DeskCounts:
    """A single case as a count by urgency."""
    late, today = one.due_at <= morning.now, morning.now < one.due_at <= morning.end_of_today
    soon = morning.end_of_today < one.due_at <= morning.soon_until
    return DeskCounts(int(late), int(today), int(soon), int(not (late or today or soon)))


def _write(session: Session, morning: Morning, desks: Mapping[int, Desk]) -> int:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    keys = {f"digest/{id_}/{morning.today.isoformat()}": id_ for id_ in desks}
    there = set(session.execute(select(MESSAGES.c.key).where(MESSAGES.c.key.in_(keys))).scalars())
    rows = [_row(key, id_, desks[id_], morning) for key, id_ in keys.items() if key not in there]
    if not rows:
        return 0
    statement = (
        dialect.insert(MESSAGES)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(MESSAGES.c.id, MESSAGES.c.person_id)
    )
    made = session.connection().execute(statement, rows).all()
    for new in made:
        ids = [row.id for row in desks[new.person_id].folded]
        session.connection().execute(
            update(MESSAGES)
            .where(MESSAGES.c.id.in_(ids), MESSAGES.c.status == "queued")
            .values(status="folded", folded_into_id=new.id, sent_at=morning.now)
        )
    return len(made)


def _row(key: str, person_id: int, desk: Desk, morning: Morning) -> dict[str, Any]:
    return {
        "key": key, "notice": "digest", "person_id": person_id, "body_id": None, "address": desk.address,
        "context": _context(desk, morning), "run_id": None, "channel": "mail", "status": "queued", "attempts": 0,
        "created_at": morning.now, "next_at": morning.now, "error": "",
    }  # fmt: skip


def _context(desk: Desk, morning: Morning) -> dict[str, Any]:
    late, today, soon = desk.total("overdue"), desk.total("today"), desk.total("soon")
    every = late + today + soon + desk.total("rest")
    parts = [
        f"待办 {every} 件" if every else "",
        f"{late} 件逾期" if late else "",
        f"{today} 件今天截止" if today else "",
    ]
    parts.append(f"{len(desk.folded)} 条通知" if desk.folded else "")
    must = f"您今天有 {late + today} 件必须办。" if late + today else "您今天没有必须办的事项。"
    rest = f"另有 {desk.total('rest')} 件以后到期或没有时限。" if desk.total("rest") else ""
    return {
        "headline": "，".join(part for part in parts if part), "greeting_line": f"早上好。{must}",
        "sections": list(_sections(desk, morning)), "rest": rest, "link": "/inbox", "facts": [],
    }  # fmt: skip


def _sections(desk: Desk, morning: Morning) -> Iterator[dict[str, Any]]:
    must = [one for one in desk.urgent if one.due_at <= morning.end_of_today]
    soon = [one for one in desk.urgent if one.due_at > morning.end_of_today]
    if must:
        total = desk.total("overdue") + desk.total("today")
        yield {"heading": _headed("今天必须办", total, min(len(must), MOST_ROWS)), "rows": _rows(must, morning)}
    if soon:
        yield {
            "heading": _headed("3 个工作日内到期", desk.total("soon"), min(len(soon), MOST_ROWS)),
            "rows": _rows(soon, morning),
        }
    if desk.folded:
        told = [{"who": _told(row, desk, morning)} for row in desk.folded[:MOST_ROWS]]
        yield {"heading": _headed("通知", len(desk.folded), len(told), "条"), "rows": told}


def _headed(what: str, total: int, shown: int, unit: str = "件") -> str:
    return f"{what} {total} {unit}" + (f"，先列 {shown} {unit}：" if shown < total else "：")


def _rows(urgent: Sequence[Urgent], morning: Morning) -> list[dict[str, str]]:
    return [_case(one, morning) for one in urgent[:MOST_ROWS]]


def _case(one: Urgent, morning: Morning) -> dict[str, str]:
    day = last_day(one.due_at)
    late = (morning.today - day).days
    mark = "今天截止" if late == 0 else f"逾期 {late} 天" if late > 0 else f"剩 {-late} 天"
    tone = "red" if late > 0 else "amber"
    who = " ".join(part for part in (one.person, one.body) if part) or "一件事项"
    return {
        "who": who,
        "what": STAGES.get(one.stage, "待办"),
        "mark": mark,
        "when": day_words(day, morning.today),
        "tone": tone,
    }


def _told(row: Any, desk: Desk, morning: Morning) -> str:
    return plain(subject_of(notice(row.notice), Envelope(row.context, desk.name, Sender("", "", ""), morning.now)))
