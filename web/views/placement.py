"""A placement as its page shows it (统筹调配): who goes where, what decided it, how full each studio gets, and the list as xlsx."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flows.engine.decide import Refusal
from flows.engine.lists import FELL_OUT
from flows.engine.work import Result, Work
from flows.membership import MembershipPolicy
from models.queries.facts.seating import seats_of, wishes_of
from models.queries.placement import names_of, people_of
from web.display import Choice, StateMark, run_mark
from web.i18n import _, word

DECIDED = {
    "wish": StateMark(word("按志愿"), "circle-check", "green"), "school_stage": StateMark(word("看学段"), "scale-balanced", "gray"),
    "size": StateMark(word("看规模"), "scale-balanced", "gray"), "nearness": StateMark(word("看远近"), "scale-balanced", "gray"),
    "subject": StateMark(word("看学科"), "scale-balanced", "gray"),
}  # fmt: skip
PREFERS = {
    "school_stage": word("学段"), "size": word("规模"), "nearness": word("便于活动"), "wish": word("志愿"), "subject": word("学科"),
}  # fmt: skip
COLUMNS = (
    (word("序号"), 5), (word("编号"), 14), (word("姓名"), 9), (word("单位"), 24), (word("学段"), 8), (word("志愿"), 40), (word("安排到"), 24),
    (word("由什么决定"), 12), (word("理由"), 60), (word("调整人"), 9), (word("结果"), 12),
)  # fmt: skip
HEAD_ROW = 2


@dataclass(frozen=True)
class PlaceLine:
    """One person on the list: where to, why, what decided, what making the list would do (or did), and other places to choose."""

    run_id: int
    application_id: int
    position: int
    number: str
    name: str
    school: str
    stage: str
    wishes: str
    studio_id: int | None
    studio: str
    why: tuple[str, ...]
    decided: StateMark
    changed_by: str
    mark: StateMark | None
    refused: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class StudioLoad:
    """How full a studio gets."""

    id: int
    title: str
    joining: int
    held: int
    most: int | None

    @property
    def then(self) -> int:
        """How many it has afterwards."""
        return self.held + self.joining


def place_lines(work: Work, listing: Any, entries: Sequence[Any], results: Sequence[Result] | None) -> list[PlaceLine]:
    """The lines of a list; `results`: what making a drafted one would do. Those that cannot be placed come first."""
    titles = {int(key): str(title) for key, title in listing.payload["placed_among"]["studios"].items()}
    people = people_of(work.session, [one.run_id for one in entries])
    names = names_of(work.session, [one.overridden_by for one in entries])
    outcomes = {one.intent.run_id: one.outcome for one in results or ()}
    lines = [_line(one, titles, people.get(one.run_id), names, outcomes.get(one.run_id)) for one in entries]
    return sorted(lines, key=lambda line: (not line.refused, line.position))


def _line(one: Any, titles: Mapping[int, str], person: Any, names: Mapping[int, str], outcome: Any) -> PlaceLine:
    studio_id = int(one.payload["studio"]) if one.payload.get("studio") else None
    wishes = wishes_of(person.answers) if person else ()
    refused, mark = _outcome(one, outcome)
    changed_by = names.get(one.overridden_by, "") if one.overridden_by else ""
    nowhere = Choice("none", _("不安排"), chosen=studio_id is None)
    choices = (nowhere, *(Choice(str(key), title, chosen=key == studio_id) for key, title in titles.items()))
    return PlaceLine(
        one.run_id, one.application_id, one.position, one.number or "", str(one.shown.get("name", "")), str(one.shown.get("school", "")),
        person.school_stage if person else "", "　".join(f"{n}. {titles.get(wish, _('不接收成员'))}" for n, wish in enumerate(wishes, start=1)),
        studio_id, str(one.shown.get("studio", "")), _why(one), _decided(one, studio_id, changed=bool(changed_by)), changed_by, mark, refused, choices,
    )  # fmt: skip


def _why(one: Any) -> tuple[str, ...]:
    """The reason of an entry, part by part; once it fell out its reason is what it was refused for."""
    return tuple(one.reason.split("；")) if one.reason and one.outcome != FELL_OUT else ()


def _outcome(one: Any, outcome: Any) -> tuple[str, StateMark | None]:
    if one.outcome == FELL_OUT:
        return one.reason, None
    if one.outcome:
        return "", run_mark("membership", one.outcome)
    if isinstance(outcome, Refusal):
        return outcome.says, None
    return "", run_mark("membership", outcome.move.to) if outcome is not None else None


def _decided(one: Any, studio_id: int | None, *, changed: bool) -> StateMark:
    if changed:
        return StateMark(_("人工调整"), "user-pen", "purple")
    if studio_id is None:
        return StateMark(_("没有安排"), "triangle-exclamation", "amber")
    found = DECIDED.get(str(one.shown.get("decided_by", "")), DECIDED["wish"])
    return StateMark(_(found.label), found.icon, found.tone)


def loads_of(
    work: Work, listing: Any, lines: Sequence[PlaceLine], policy: MembershipPolicy, role: str
) -> list[StudioLoad]:
    """Every studio that takes part with how full it gets, the fullest first; a made list counts who joined by it once."""
    titles = {int(key): str(title) for key, title in listing.payload["placed_among"]["studios"].items()}
    seats = seats_of(work.session, titles)
    joining = Counter(line.studio_id for line in lines if line.studio_id is not None and not line.refused)
    most = min((one.most for one in policy.roster.numbers if one.role == role and one.most is not None), default=None)
    found = []
    for key, title in titles.items():
        held = sum(seat.role == role for seat in seats.get(key, ()))
        already = joining[key] if listing.applied_at is not None else 0
        found.append(StudioLoad(key, title, joining[key], max(held - already, 0), most))
    return sorted(found, key=lambda one: (-one.then, one.title))


def placement_workbook(title: str, lines: Sequence[PlaceLine], today: date) -> bytes:
    """The list as xlsx, to print on A4 across; what people wrote is text, whatever it begins with."""
    from xlsxwriter import Workbook

    kept = BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(kept, plain)
    book.set_properties({"author": "", "title": title})
    sheet = book.add_worksheet(_("统筹调配"))
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#eef0f3"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    sheet.merge_range(
        0, 0, 0, len(COLUMNS) - 1, title, book.add_format({"bold": True, "font_size": 14, "align": "center"})
    )
    sheet.write_string(1, 0, _("导出日期：{day}", day=today.isoformat()))
    for n, (label, width) in enumerate(COLUMNS):
        sheet.set_column(n, n, width)
        sheet.write_string(HEAD_ROW, n, _(label), head)
    for n, one in enumerate(sorted(lines, key=lambda line: line.position), start=1):
        said = _cells(one)
        sheet.write_number(HEAD_ROW + n, 0, one.position, cell)
        for column, text in enumerate(said, start=1):
            sheet.write_string(HEAD_ROW + n, column, text, cell)
    sheet.freeze_panes(HEAD_ROW + 1, 3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    book.close()
    return kept.getvalue()


def _cells(one: PlaceLine) -> tuple[str, ...]:
    state = one.refused or (one.mark.label if one.mark else "")
    return (
        one.number, one.name, one.school, one.stage, one.wishes, one.studio or _("不安排"), one.decided.label, "；".join(one.why),
        one.changed_by, state,
    )  # fmt: skip
