"""What the templates may say (通知的措辞): every placeholder as a finished phrase, made from what the engine wrote down."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.local_time import local_day

MOST_FACTS = 4
MOST_LETTERS = 300
ASKED = {"seat": "加入工作室的申请", "exit": "退出工作室的申请", "level": "的升级申请", "cycle": "的续期申请"}
DEFAULT = "D-"  # the code of a default, which no letter shows
SAID = ("title", "number", "person", "body", "step", "actor", "reason", "clause", "round", "gives")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name a mail goes out, whom to reach, and where its links begin."""

    bureau: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything a mail needs besides the notice: what happened, to whom it is told, by whom, and on what moment."""

    context: Mapping[str, Any]
    recipient: str
    sender: Sender
    now: datetime

    @property
    def today(self) -> date:
        """The local day the mail goes out."""
        return local_day(self.now)


def plain(text: Any, most: int = MOST_LETTERS) -> str:
    """One line of text without control or direction marks, cut where it would no longer be read."""
    line = " ".join(_CONTROLS.sub("", "" if text is None else str(text)).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def day_words(day: date, today: date) -> str:
    """4月16日 周四, with the year only where it is not this one."""
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 周{'一二三四五六日'[day.weekday()]}"


def phrases(envelope: Envelope) -> dict[str, Any]:
    """Every word a built-in template may use; what the engine left out is the empty string."""
    said = {key: plain(envelope.context.get(key)) for key in SAID}
    words: dict[str, Any] = said | _deadline(envelope) | {"recipient": plain(envelope.recipient, 60)}
    words["case"] = _case(said)
    words["yours"], words["hosting"] = _yours(said), said["gives"] not in ASKED
    words["matter"] = said["step"] or said["title"] or "一件事项"
    words["stands"] = f"正在“{said['step']}”一步" if said["step"] else "正等您办理"
    words["bureau"], words["phone"] = plain(envelope.sender.bureau, 60), plain(envelope.sender.phone, 60)
    words["url"] = _url(envelope)
    words["facts"] = tuple(_facts(envelope, words))
    words["sections"], words["rest"] = _sections(envelope.context), plain(envelope.context.get("rest"))
    words["headline"] = plain(envelope.context.get("headline")) or "今天没有到期的事项"
    words["greeting_line"] = plain(envelope.context.get("greeting_line")) or "您今天没有必须办的事项。"
    return words


def _case(said: Mapping[str, str]) -> str:
    if said["person"]:
        return f"{said['person']}{ASKED.get(said['gives'], '的申报')}"
    return said["title"] or said["round"] or "一件事项"


def _yours(said: Mapping[str, str]) -> str:
    """What the one told has asked for; of somebody who joins or leaves it is said of whom, as their host may have asked."""
    return _case(said) if said["gives"] in ASKED and said["person"] else "您的申报"


def _deadline(envelope: Envelope) -> dict[str, str]:
    due, today = _day(envelope.context.get("due")), envelope.today
    late = _whole(envelope.context.get("overdue_days"))
    words = {
        "due_short": "", "due_long": "", "until": "", "please": "请", "late": f"已逾期 {late} 天" if late else "已过期限",
        "late_by": f" {late} 天" if late else "",
    }  # fmt: skip
    if due is None:
        return words
    provisional = "（暂定）" if envelope.context.get("due_provisional") else ""
    near = {0: "今天", 1: "明天"}.get((due - today).days)
    dated = day_words(due, today)
    words["due_short"] = (near or f"{dated} ") + provisional
    words["due_long"] = (f"{near}（{dated}）24:00" if near else f"{dated} 24:00") + provisional
    words["until"] = f"，{words['due_short']}截止"
    if due >= today:
        words["please"] = f"请在{words['due_long']} 前"
    return words


def _facts(envelope: Envelope, words: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    who = "，".join(part for part in (words["person"], words["body"]) if part)
    number = f"（{words['number']}）" if words["number"] else ""
    given = [(plain(pair[0], 12), plain(pair[1])) for pair in envelope.context.get("facts") or () if len(pair) == 2]
    common = [
        ("事项", "，".join(part for part in (words["round"] or words["title"], words["step"]) if part)),
        ("申报人" if words["hosting"] else "申请人", f"{who}{number}" if who else ""),
        ("理由", words["reason"]),
        ("依据", "" if words["clause"].startswith(DEFAULT) else words["clause"]),
        ("截止", words["due_long"]),
        ("办理人", words["actor"]),
    ]
    return [pair for pair in (*given, *common) if pair[1]][:MOST_FACTS]


def _sections(context: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "heading": plain(section.get("heading")),
            "rows": [
                {key: plain(row.get(key)) for key in ("who", "what", "mark", "when", "tone")}
                for row in section.get("rows", ())
            ],
        }
        for section in context.get("sections") or ()
    ]


def _url(envelope: Envelope) -> str:
    """Links stay on our own site whatever the context says."""
    link = plain(envelope.context.get("link"))
    path = link if re.fullmatch(r"/(?!/)[\w\-./?=&#%]*", link) else "/inbox"
    return f"{envelope.sender.address.rstrip('/')}{path}"


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _whole(number: Any) -> int:
    return number if isinstance(number, int) and number > 0 else 0
