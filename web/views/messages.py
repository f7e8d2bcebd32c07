"""Messages (消息): boxes, the letter as it was or will be sent, and what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.queries.messages import MessageCounts
from models.settings import settings
from notifications.catalogue import Notice, notices
from notifications.render import built_in
from notifications.sandbox import TemplateRefused, Wording, fill
from notifications.words import Envelope, Sender, phrases
from web.display import StateMark, Tab, relative, state_mark
from web.i18n import _

OFFICE = ("sent", "waiting", "held", "bounced", "to_print")
ADDRESSES = {"queued": "waiting", "print": "to_print"}
_MARKS = {
    "queued": "queued", "sending": "queued", "held": "held", "sent": "sent", "folded": "folded", "unaddressed": "printed",
    "bounced": "bounced", "failed": "bounced",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A message in a list."""

    id: int
    subject: str
    recipient: str
    mark: StateMark
    when: str
    unread: bool


@dataclass(frozen=True)
class Letter:
    """The words of a mail, laid out as it arrives."""

    bureau: str
    phone: str
    recipient: str
    subject: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    button: str
    link: str
    next: str
    number: str


@dataclass(frozen=True)
class Opened:
    """A message that is open: its row, its line, its letter, what is said of it and what may be done; `mine`: it is to the reader."""

    row: Any
    line: Row
    letter: Letter | None
    origin: str
    off: str
    proof: str
    mine: bool
    moves: tuple[tuple[str, str, str], ...] = ()


def row_of(line: Any, today: date, *, own: bool) -> Row:
    """A message (a MessageLine or a letter) as a list shows it; what is not sent yet has the subject it will have."""
    subject = line.subject or subject_to_be(line.notice, line.context)
    mark = state_mark("message", _MARKS[line.status])
    unread = own and line.read_at is None
    return Row(line.id, subject, line.recipient, mark, relative(line.sent_at or line.created_at, today), unread)


def subject_to_be(key: str, context: Any) -> str:
    """The subject that a message not sent yet will have, without its date."""
    known = notices().get(key)
    what = str(context.get("person") or context.get("title") or context.get("round") or "")
    title = known.title if known else key
    return f"{title}：{what}" if what else title


def letter_of(row: Any, bureau: str, phone: str, now: datetime, wording: tuple[str, str] | None) -> Letter | None:
    """The mail as it goes out; None for a notice that is no longer in the catalogue or words that cannot be filled."""
    known = notices().get(row.notice)
    if known is None:
        return None
    sender = Sender(bureau, phone, settings().address)
    try:
        return laid_out(
            known,
            Envelope(row.context, row.recipient, sender, row.sent_at or now),
            Wording(*wording) if wording else None,
        )
    except (TemplateRefused, KeyError):
        return None


def laid_out(known: Notice, envelope: Envelope, wording: Wording | None) -> Letter:
    """The words of a notice for one recipient, the bureau's own where there are some. Raises TemplateRefused for bad ones."""
    words = phrases(envelope)
    said = fill(wording, words) if wording else built_in(known, words)
    link = str(envelope.context.get("link") or "/inbox")
    return Letter(
        words["bureau"], words["phone"], words["recipient"], said["subject"], said["lead"], tuple(words["facts"]),
        known.button, link if link.startswith("/") and not link.startswith("//") else "/inbox", said["next"], words["number"],
    )  # fmt: skip


def moves_of(status: str) -> tuple[tuple[str, str, str], ...]:
    """What an administrator may do with a message: act, words and picture."""
    return {
        "queued": (("hold", _("暂缓发出"), "circle-pause"),),
        "held": (("release", _("放行"), "paper-plane"),),
        "bounced": (("resend", _("再发一次"), "paper-plane"),),
        "failed": (("resend", _("再发一次"), "paper-plane"),),
        "unaddressed": (("resend", _("已补邮箱，发邮件"), "paper-plane"),),
    }.get(status, ())


def may_turn_off(key: str) -> str:
    """Whether the notice can be turned off, in words."""
    known: Notice | None = notices().get(key)
    if known is None or known.mandatory:
        return _("必收，不能退订")
    return _("可以在个人设置里关掉")


def box_tabs(counts: MessageCounts, chosen: str, *, office: bool) -> tuple[Tab, ...]:
    """The boxes: one's own for all, those of sending for the bureau."""
    tabs = [Tab(_("我收到的"), "/messages", counts.mine_unread, chosen == "inbox")]
    if office:
        tabs += [
            Tab(_("发件记录"), "/messages?box=sent", counts.sent, chosen == "sent"),
            Tab(_("待发"), "/messages?box=queued", counts.waiting, chosen == "queued"),
            Tab(_("暂缓发布"), "/messages?box=held", counts.held, chosen == "held"),
            Tab(_("退信"), "/messages?box=bounced", counts.bounced, chosen == "bounced", urgent=True),
            Tab(_("待打印"), "/messages?box=print", counts.to_print, chosen == "print"),
            Tab(_("模板"), "/messages?box=templates", None, chosen == "templates"),
        ]
    return tuple(tabs)


def proof_words(row: Any, today: date) -> str:
    """What is known of the sending: taken by the other mail server is not 送达."""
    if row.status == "sent":
        return _("{when} 对方邮件服务器已接收", when=relative(row.sent_at, today)) if row.sent_at else _("已接收")
    words = {
        "queued": _("还没有发，下次 {when}", when=relative(row.next_at, today)), "sending": _("正在发"),
        "held": _("等统一发布，由管理员放行"), "folded": _("并入当天晨报"), "unaddressed": _("没有邮箱，请打印送交或打电话"),
        "bounced": _("对方退信：{why}", why=row.error or row.answer or _("没有说明")),
        "failed": _("发了 {n} 次没有成功：{why}", n=row.attempts, why=row.error),
    }  # fmt: skip
    return words.get(row.status, "")


def catalogue_rows() -> Sequence[Notice]:
    """Every notice there is, for the page of templates."""
    return list(notices().values())
