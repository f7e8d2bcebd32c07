"""Score sheets as pages show them: indicators with four levels, the material with names left out, what the others gave."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.programme import Programme, origin_of
from models.queries.scores import applicant_of, colleagues_named_in, papers_of, schools_named_in
from web.app import provenance
from web.display import DueMark, Provenance, StateMark, Why, WhyStep, clock_time, due_day, due_mark, state_mark
from web.i18n import _
from web.views.cases import FORM_PARTS

LEVELS = (("优", 0.9), ("良", 0.8), ("中", 0.6), ("差", 0.0))
OWN_SCHOOL, OTHER_SCHOOL, APPLICANT, COLLEAGUE, STUDIO, CONTACT = "本校", "某校", "本人", "某老师", "本工作室", "略"


@dataclass(frozen=True)
class Indicator:
    """One line of a sheet: its levels as (words, lowest, highest), the mark so far, its comment."""

    place: str
    title: str
    most: int
    levels: tuple[tuple[str, int, int], ...]
    mark: int | float | None = None
    comment: str = ""
    origin: Provenance | None = None
    error: str = ""


@dataclass(frozen=True)
class Block:
    """A part of the material: its title, and its paragraphs as pieces of (text, whether a name was left out), or a table."""

    title: str
    paragraphs: tuple[tuple[tuple[str, bool], ...], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Material:
    """What an expert may see of an application: blocks of text, and papers by number and kind of paper."""

    blocks: tuple[Block, ...]
    papers: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class SheetLine:
    """A sheet in the expert's list."""

    run_id: int
    number: str
    who: str
    state: StateMark
    due: DueMark
    open: bool
    mark: float | None
    round_title: str
    group: str


@dataclass(frozen=True)
class Place:
    """Where a sheet stands among the expert's own of one round."""

    at: int
    total: int
    given: int
    untouched: int
    cells: tuple[str, ...]
    before: int | None = None
    after: int | None = None
    further: list[int] = field(default_factory=list)


def levels_of(most: int) -> tuple[tuple[str, int, int], ...]:
    """Four levels with their ranges in whole marks: 优 from nine tenths, 良 from eight, 中 from six, 差 below."""
    lowest = [-(-most * int(share * 10) // 10) for _, share in LEVELS]
    highest = [most, *(low - 1 for low in lowest)]
    return tuple((_(word), low, high) for (word, _share), low, high in zip(LEVELS, lowest, highest, strict=False))


def indicators(
    programme: Programme, policy: Any, said: Mapping[str, Any], errors: Mapping[str, str],
    home: tuple[str, int] | None,
) -> tuple[Indicator, ...]:  # fmt: skip
    """The lines of a sheet with what was said so far; clauses lead to the page of the programme (code, version)."""
    marks, comments = {**said.get("beyond", {}), **said.get("marks", {})}, said.get("comments", {})
    places = {one.judged: n for n, one in enumerate(programme.criteria("host")) if one.judged}
    found = []
    for place, title, most in policy.rubric:
        origin = origin_of(programme, f"people.host.criteria.{places[title]}").as_row() if title in places else None
        found.append(
            Indicator(
                place,
                title,
                most,
                levels_of(most),
                marks.get(place),
                comments.get(place, ""),
                provenance(origin, home),
                errors.get(place, ""),
            )
        )
    return tuple(found)


def sheet_said(form: Any, rubric: Sequence[tuple[str, str, int]]) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """What a posted sheet says, the faults by indicator, and the titles where mark and level differed (the mark wins).

    A level without a mark gives the middle of its range.
    """
    marks: dict[str, Any] = {}
    beyond: dict[str, Any] = {}
    faults: dict[str, str] = {}
    differ: list[str] = []
    for place, title, most in rubric:
        written, level = form.text(place), form.text(f"{place}_level")
        mark = _mark(written)
        if written and mark is None:
            faults[place] = _("请填 0–{most} 的分数。", most=most)
        elif mark is not None and not 0 <= mark <= most:
            faults[place] = _("最高 {most} 分，最低 0 分。", most=most)
        chosen = levels_of(most)[int(level) - 1] if level in {"1", "2", "3", "4"} else None
        if mark is None and not written and chosen:
            mark = -(-(chosen[1] + chosen[2]) // 2)
        elif mark is not None and chosen and not chosen[1] <= mark <= chosen[2]:
            differ.append(title)
        if mark is not None:
            (beyond if place in faults else marks)[place] = mark
    comments = {place: text for place, _, _ in rubric if (text := form.text(f"{place}_comment"))}
    said: dict[str, Any] = {"marks": marks, "comments": comments, "comment": form.text("comment")}
    return said | ({"beyond": beyond} if beyond else {}), faults, differ


def _mark(written: str) -> int | float | None:
    if not re.fullmatch(r"-?\d{1,4}(\.\d{1,2})?", written):
        return None
    value = float(written)
    return int(value) if value.is_integer() else value


def total(said: Mapping[str, Any]) -> float:
    """The sum of the marks."""
    return round(float(sum(said.get("marks", {}).values())), 2)


def shown(mark: float | None) -> str:
    """A mark without needless decimals."""
    return "" if mark is None else f"{mark:g}"


def sheet_state(row: Any) -> StateMark:
    """待评分, 评分中, 已提交 or 已回避."""
    if row.given_at is not None:
        return state_mark("expert_review", "scored")
    if row.refused_at is not None:
        return state_mark("expert_review", "recused")
    if row.ended_at is not None:
        return state_mark("expert_review", "replaced", _("已撤销"))
    return state_mark("expert_review", "drafted" if row.draft else "assigned")


def due_of(work: Work, row: Any) -> DueMark:
    """The deadline of a run with why it is that day."""
    today = local_day(work.now)
    if row.ended_at is not None or row.due_at is None:
        return DueMark("none", "")
    on = due_day(row.due_at)
    why = Why(
        _("为什么是这一天"),
        tuple(WhyStep(_("{label}：{text}", label=label, text=text)) for label, text in row.due_steps[:6]),
    )
    return due_mark(on, left_until(work, today, on), today, provisional=row.due_provisional, why=why)


def left_until(work: Work, today: date, on: date) -> int:
    """Working days left until a day; negative when past."""
    left = work.calendar.working_days_between(today, on)
    return min(left, -1) if on < today else max(left, 1) if on > today else 0


def line_of(work: Work, row: Any, *, blind: bool) -> SheetLine:
    """A sheet for the list; of a blind one nothing but its number."""
    who = "" if blind else f"{row.person}（{row.body}）"
    return SheetLine(row.id, row.number or "", who, sheet_state(row), due_of(work, row), row.ended_at is None, row.mark,
                     row.round_title or "", row.school_stage)  # fmt: skip


def place_among(rows: Sequence[Any], run_id: int) -> Place:
    """Which of the expert's sheets of this round it is, and what comes before and after it."""
    own = next(row for row in rows if row.id == run_id)
    group = [row for row in rows if row.round_id == own.round_id and row.refused_at is None]
    ids = [row.id for row in group] if own in group else [own.id]
    at = ids.index(run_id)
    looks = ["now" if row.id == run_id else "done" if row.given_at else "rest" for row in group]
    return Place(
        at + 1, len(ids), sum(row.given_at is not None for row in group),
        sum(row.ended_at is None and row.id != run_id for row in group), tuple(looks),
        ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None,
        [row.id for row in group if row.ended_at is None and row.id != run_id],
    )  # fmt: skip


def material_of(work: Work, row: Any, *, blind: bool) -> Material:
    """The application as the expert may read it; in a blind review every known name is left out, of files only kind and number stay."""
    papers = papers_of(work.session, row.application_id)
    listed = [(n, paper.slot, _size(paper.size)) for n, paper in enumerate(papers, start=1)]
    names = _names(work, row, [slot for _, slot, _ in listed]) if blind else {}
    # A telephone number tells who it is, whatever stands in the roster.
    answers = {
        key: said
        for key, said in row.answers.items()
        if said not in (None, "", [], {}) and not (blind and key == "phone")
    }
    order = sorted(answers, key=lambda key: list(FORM_PARTS).index(key) if key in FORM_PARTS else len(FORM_PARTS))
    blocks = [_block(_(FORM_PARTS[key]) if key in FORM_PARTS else str(key), answers[key], names) for key in order]
    return Material(tuple(blocks), tuple((n, _plain(slot, names), size) for n, slot, size in listed))


def _names(work: Work, row: Any, slots: Sequence[str]) -> dict[str, str]:
    """Every name that could tell who it is, with the word that stands in its place; longest first."""
    text = " ".join([repr(row.answers), *slots])
    person = applicant_of(work.session, row.application_id)
    found = dict.fromkeys(schools_named_in(work.session, text), OTHER_SCHOOL)
    found |= dict.fromkeys(colleagues_named_in(work.session, person.body_id, text), COLLEAGUE)
    known = {person.studio_name: STUDIO, person.body: OWN_SCHOOL, person.name: APPLICANT, person.staff_no: CONTACT,
             person.phone: CONTACT, person.email: CONTACT}  # fmt: skip
    found |= {name: word for name, word in known.items() if name}
    return dict(sorted(found.items(), key=lambda one: -len(one[0])))


def _block(title: str, said: Any, names: Mapping[str, str]) -> Block:
    heading = _plain(title, names)
    if isinstance(said, list) and said and all(isinstance(one, dict) for one in said):
        head = tuple(dict.fromkeys(key for one in said for key in one))
        rows = tuple(tuple(_plain(str(one.get(key, "")), names) for key in head) for one in said)
        return Block(heading, (), tuple(_plain(key, names) for key in head), rows)
    if isinstance(said, dict):
        lines = [f"{key}：{value}" for key, value in said.items()]
    else:
        lines = [str(one) for one in said] if isinstance(said, list) else str(said).split("\n")
    return Block(heading, tuple(_pieces(line.strip(), names) for line in lines if line.strip()))


def _pieces(text: str, names: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    if not names:
        return ((text, False),)
    parts = re.split("(" + "|".join(re.escape(name) for name in names) + ")", text)
    return tuple((names.get(part, part), part in names) for part in parts if part)


def _plain(text: str, names: Mapping[str, str]) -> str:
    return "".join(part for part, _hidden in _pieces(text, names))


def _size(size: int) -> str:
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(size // 1024, 1)} KB"


def saved_words(draft: Mapping[str, Any]) -> str:
    """When the draft was kept, as 10:42 已暂存."""
    at = draft.get("saved_at")
    return _("{time} 已暂存", time=clock_time(datetime.fromisoformat(at))) if at else _("还没有暂存")
