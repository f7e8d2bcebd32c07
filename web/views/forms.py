"""The application form (申报表): its parts, which of them may be written now, the papers it wants, and what still stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.application import STAGE, checks_of
from flows.engine.declare import Actor
from flows.engine.work import Work, ask_of, read_facts, run_state
from flows.programme.criterion_words import paper_of
from flows.programme.entries import Criterion
from web.display import Choice, FieldError
from web.i18n import _, word
from web.views.applications import PaperLine, paper_lines
from web.views.cases import FORM_PARTS, IN_CYCLES, OTHER, parts_asked
from web.views.wishes import wished

COLUMNS = ("studio_name", "school_stage", "subject", "kind")
LONG = {"leaving": 3, "school_philosophy": 2, "achievements": 5, "plan": 5, "team": 3}
NUMBERS = {"projects", "papers"}
NEEDED: Mapping[str, tuple[str, ...]] = {"seat": ("school_stage",), "exit": ("leaving",), "cycle": (), "level": ()}
TITLES = {
    "seat": word("加入申请表"), "exit": word("退出申请表"), "level": word("升级申请表"), "cycle": word("续期申请表"),
}  # fmt: skip
# What only some things are asked for with; everything else is asked of who would lead a studio.
SCHOOL_STAGES = ("幼儿园", "小学", "初中", "九年一贯制", "高中", "中职", "特殊教育")
HINTS = {
    "leaving": word("写明原因和希望从哪天起"), "team": word("每行一人：姓名、学校、职务"), "plan": word("三年内做什么，怎样带动成员学校"), "achievements": word("办学成果、课题、示范引领，写清年份"),
}  # fmt: skip
# Where what a guard refuses can be mended.
PLACES = {
    "papers_missing": "papers", "unsealed": "papers", "criteria_unmet": "checks", "unwished": "wishes", "blocked": "wishes",
}  # fmt: skip
LONGEST = 5000
LIMITS = word("PDF、照片、Word 或 Excel，每个不超过 20 MB")


@dataclass(frozen=True)
class Part:
    """One field: its kind (text, number, long, choice), what stands in it, and whether it may be written now."""

    key: str
    label: str
    kind: str
    value: str
    hint: str
    rows: int
    choices: tuple[Choice, ...]
    open: bool
    error: str
    defect: str
    optional: bool


@dataclass(frozen=True)
class Slot:
    """One paper that is wanted, with what is there."""

    n: int
    name: str
    required: bool
    papers: tuple[PaperLine, ...]
    ids: tuple[int, ...]
    open: bool
    defect: str


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of submitting, and where it can be mended."""

    field: str
    says: str
    origin: Any


def open_keys(defects: Sequence[Mapping[str, Any]], slots: Sequence[str], *, returned: bool) -> frozenset[str] | None:
    """Which fields and papers may be changed: all (None) for a draft, or when a defect names no place of the form."""
    if not returned:
        return None
    labels = {label: key for parts in (FORM_PARTS, IN_CYCLES) for key, label in parts.items()}
    found = {labels.get(str(one.get("place")), str(one.get("place"))) for one in defects}
    known = {*FORM_PARTS, *slots}
    return frozenset(found) if found and found <= known else None


def parts_of(
    application: Any, kinds: Mapping[str, str], allowed: frozenset[str] | None, said: Mapping[str, str],
    faults: Mapping[str, str], defects: Sequence[Mapping[str, Any]],
) -> tuple[Part, ...]:  # fmt: skip
    """The fields in order; `said` is what the person has just written, if it was not kept."""
    own = {key: getattr(application, key) for key in COLUMNS}
    stored = {**application.answers, **own}
    told = {str(one.get("place")): str(one.get("what")) for one in defects}
    found = []
    for key, label in asked(application).items():
        if key == "wishes" or (key == "kind" and not kinds):
            continue
        value = str(said.get(key, stored.get(key) if stored.get(key) is not None else ""))
        options = kinds if key == "kind" else {one: one for one in SCHOOL_STAGES} if key == "school_stage" else {}
        if value and options and value not in options:
            options = {**options, value: value}
        kind = "choice" if options else "long" if key in LONG else "number" if key in NUMBERS else "text"
        choices = tuple(Choice(one, words, chosen=one == value) for one, words in options.items())
        found.append(Part(key, _(label), kind, value, _(HINTS[key]) if key in HINTS else "", LONG.get(key, 1), choices,
                          allowed is None or key in allowed, faults.get(key, ""), told.get(label, ""), key not in needed(application.gives)))  # fmt: skip
    return tuple(found)


def asked(application: Any) -> dict[str, str]:
    """The fields that an application is asked for with their labels."""
    return parts_asked(application.gives, named=bool(application.studio_id is not None and application.studio_name))


def needed(gives: str) -> tuple[str, ...]:
    """The fields without which nothing is submitted."""
    return NEEDED.get(gives, ("studio_name", "school_stage"))


def written(form: Any, application: Any, allowed: frozenset[str] | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What a form says of the fields that may be written: (answers, columns of the application)."""
    keys = [
        key
        for key in asked(application)
        if key in form.values and key != "wishes" and (allowed is None or key in allowed)
    ]
    texts = {key: form.text(key)[:LONGEST] for key in keys}
    answers = {
        key: int(text) if key in NUMBERS and text.isdigit() else text
        for key, text in texts.items()
        if key not in COLUMNS
    }
    wishes = wished(form)
    if wishes is not None and "wishes" in asked(application) and (allowed is None or "wishes" in allowed):
        answers["wishes"] = wishes
    return answers, {key: text for key, text in texts.items() if key in COLUMNS}


def wanted_papers(policy: Any, role: str) -> tuple[list[str], list[str]]:
    """The papers a step asks of a role: (required, those that prove a criterion or may be added)."""
    required = [*policy.attach, *([f"{policy.form or '申报表'}（盖章扫描件）"] if policy.seal else [])]
    proofs = [name for one in policy.criteria.get(role, ()) for name in _proofs(one) if name not in required]
    return required, [*dict.fromkeys(proofs), OTHER]


def _proofs(criterion: Criterion) -> list[str]:
    group = criterion.any_of or criterion.all_of
    if group:
        return [name for one in group for name in _proofs(one)]
    if criterion.commits is not None:
        return [paper_of(criterion)]
    return [str(criterion.document)] if getattr(criterion, "document", None) else []


def slots_of(
    policy: Any, role: str, papers: Sequence[Any], allowed: frozenset[str] | None, defects: Sequence[Mapping[str, Any]]
) -> tuple[Slot, ...]:
    """Each paper that is wanted with the files that are there, and whether it may be changed now."""
    required, more = wanted_papers(policy, role)
    told = {str(one.get("place")): str(one.get("what")) for one in defects}
    names = dict.fromkeys([*required, *more[:-1], *(one.slot for one in papers), OTHER])
    return tuple(
        Slot(n, name, name in required, paper_lines(mine), tuple(one.id for one in mine), allowed is None or name in allowed, told.get(name, ""))
        for n, name in enumerate(names)
        for mine in [[one for one in papers if one.slot == name]]
    )  # fmt: skip


def obstacles(work: Work, row: Any, actor: Actor) -> tuple[list[Obstacle], Sequence[Any]]:
    """Everything that stands in the way of submitting a draft, and every criterion as it is found now."""
    run = run_state(row)
    _rule, ask = ask_of(work, run, read_facts(work, [run])[run.id], "submit", actor, {})
    on = STAGE.find("drafting", "submit")
    found = []
    checks: Sequence[Any] = on.note(ask) if on and on.note else ()
    for guard in on.unless if on else ():
        because = guard(ask)
        if because is not None:
            place = PLACES.get(guard.__name__, "main")
            if place == "wishes" and not ask.policy.wishes:
                place = "main"
            found.append(Obstacle(place, because.says, because.origin))
    return found, checks


def waivable(work: Work, row: Any) -> tuple[Any, ...]:
    """Criteria of a draft that fail and that the text lets the authority waive, and those it has waived."""
    run = run_state(row)
    _rule, ask = ask_of(work, run, read_facts(work, [run])[run.id], "waive", Actor("engine"), {})
    criteria = ask.policy.criteria.get(ask.facts.role, ())
    soft = {f"criteria.{n}" for n, one in enumerate(criteria) if one.if_not == "waive"}
    return tuple(one for one in checks_of(ask) if one.place in soft and one.result in {"failed", "waived"})


def errors_of(found: Sequence[Obstacle], faults: Mapping[str, str]) -> list[FieldError]:
    """Everything that must be mended, first of all on the page."""
    titles = {"papers": _("申报材料"), "checks": _("资格核对"), "main": _("申报"), "wishes": _("工作室志愿")}
    fields = [FieldError(key, _(FORM_PARTS[key]), says) for key, says in faults.items()]
    return [*fields, *(FieldError(one.field, titles[one.field], one.says) for one in found)]


def lacking(application: Any) -> dict[str, str]:
    """Fields that must be written before submitting and are empty."""
    wanted = [key for key in needed(application.gives) if key in asked(application)]
    said = {key: getattr(application, key) if key in COLUMNS else application.answers.get(key) for key in wanted}
    empty = [key for key, words in said.items() if not words]
    return {key: _("请填写{label}", label=_(FORM_PARTS[key])) for key in empty}
