"""Reads scenario files (情景文件): every mistake is named with file, line, place and what was expected."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from flows.engine.calendar import CHINA
from flows.programme.explaining import mistakes_text
from flows.programme.faults import Fault
from flows.programme.loading import library, library_titles
from flows.programme.reading import Place, Sheet, read_all
from flows.rehearsal.beginning import ROUND_KEYS
from flows.rehearsal.contents import may_carry
from flows.rehearsal.established import STUDIO_KEYS
from flows.rehearsal.expectations import KINDS
from flows.rehearsal.profiles import FACTS
from flows.rehearsal.scenario import COMPLETE, Case, Expectation, Refusing, Scenario, Step
from flows.rehearsal.synonyms import ACTS, REASONS, as_contents
from flows.rehearsal.words import CALENDAR, CASE, GIVEN, REFUSED, STEP, TOP, acts, reasons


class FaultyScenario(ValueError):  # noqa: N818  named for what it is
    """Scenario files that cannot be played; `faults` says why, each with file, line and place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("情景文件有差错，请按下列各条改正：\n" + mistakes_text(faults))
        self.faults = tuple(faults)


def scenario_files(places: Iterable[Path]) -> list[Path]:
    """The files meant: those named, and every .yaml of the folders named. Raises FileNotFoundError."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found += sorted(place.glob("*.yaml"))
        elif place.is_file():
            found.append(place)
        else:
            raise FileNotFoundError(2, "", str(place))
    return found


def read_scenarios(file: Path) -> list[Scenario]:
    """The scenarios of one file, one a YAML document. Raises FaultyScenario with every mistake of the file."""
    sheets = read_all(file.read_text(encoding="utf-8"), str(file), decimals=True)
    scenarios = [_scenario(sheet, file) for sheet in sheets]
    faults = [fault for sheet in sheets for fault in sheet.faults]
    if faults:
        raise FaultyScenario(faults)
    return scenarios


def _scenario(sheet: Sheet, file: Path) -> Scenario:
    values = sheet.values
    if not values:
        return Scenario(sheet.file, 1, "", "", "", ())
    _known(sheet, (), values, TOP)
    for key in ("scenario", "programme"):
        if not isinstance(values.get(key), str):
            sheet.blame((), "无", key, (f"没有写 {key}", f"`{key}` is missing"))
    programme = _programme(sheet, values.get("programme"), file)
    cases = [_case(sheet, place, one, values) for place, one in _cases(sheet, values)]
    return Scenario(
        sheet.file, sheet.line_of(("scenario",)), str(values.get("scenario", "")), str(values.get("title", "")), programme, tuple(cases)
    )  # fmt: skip


def _programme(sheet: Sheet, code: object, file: Path) -> str:
    """The code of a programme of the library, or the address of a file beside the scenario."""
    if not isinstance(code, str) or code in library():
        return str(code)
    beside = file.parent / code
    if beside.is_file() or Path(code).is_file():
        return str(beside if beside.is_file() else Path(code))
    if (titled := library_titles().get(code)) is not None:
        return titled
    sheet.blame(("programme",), code, "、".join(library()), (f"没有叫 {code} 的办法", f"no programme `{code}`"))
    return code


def _cases(sheet: Sheet, values: Mapping[str, Any]) -> list[tuple[Place, Mapping[str, Any]]]:
    if "cases" in values:
        return [(("cases", n), one) for n, one in enumerate(_list(sheet, ("cases",), values["cases"]))]
    return [((), values)]


def _case(sheet: Sheet, place: Place, one: Any, whole: Mapping[str, Any]) -> Case:
    """A case has what the scenario has, but for what it says itself; its givens are laid over the scenario's."""
    if not isinstance(one, dict):
        sheet.blame(place, one, "given、steps", ("一个情形应当由“键: 值”组成", "a case must be a mapping"))
        one = {}
    if place:
        _known(sheet, place, one, CASE)
    own = _given(sheet, place, one)
    given = {**_given(sheet, (), whole), **own} if place else own
    where: Place = (*place, "steps") if "steps" in one else ("steps",)
    written = one.get("steps", whole.get("steps"))
    if written is None:
        sheet.blame(place, "无", "steps", ("没有写 steps", "`steps` is missing"))
        written = []
    steps = [_step(sheet, (*where, n), step) for n, step in enumerate(_list(sheet, where, written))]
    kept = [step for step in steps if step is not None]
    for before, after in pairwise(kept):
        if after.on < before.on:
            found, expected = str(after.on), f"{before.on} 或以后"
            fault = Fault(
                sheet.file,
                after.line,
                "steps",
                found,
                expected,
                "日期倒退了：步骤按时间先后写",
                "dates must not go back",
            )
            sheet.faults.append(fault)
    calendar = _calendar(sheet, place, one) if "calendar" in one else _calendar(sheet, (), whole)
    return Case(sheet.line_of(place or ("scenario",)), _case_title(place, one), given, tuple(kept), calendar)


def _calendar(sheet: Sheet, place: Place, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is otherwise than in the default calendar; the word `default` means nothing is."""
    said = values.get("calendar", {})
    if isinstance(said, dict):
        _each_known(sheet, (*place, "calendar"), said, CALENDAR)
        return said
    if said not in (None, "default"):
        sheet.blame(
            (*place, "calendar"), said, "default 或 {2025: {holidays: […]}}", ("calendar 写错了", "wrong `calendar`")
        )
    return {}


def _given(sheet: Sheet, place: Place, values: Mapping[str, Any]) -> Mapping[str, Any]:
    given = values.get("given", {})
    if not isinstance(given, dict):
        sheet.blame(
            (*place, "given"), given, "、".join(GIVEN), ("given 应当由“键: 值”组成", "`given` must be a mapping")
        )
        return {}
    where: Place = (*place, "given")
    _known(sheet, where, given, GIVEN)
    _each_known(sheet, (*where, "people"), given.get("people", {}), FACTS)
    _each_known(sheet, (*where, "studios"), given.get("studios", {}), STUDIO_KEYS)
    one = {key: given[key] for key in ("studio", "round") if key in given}
    for key, keys in (("studio", tuple(STUDIO_KEYS)), ("round", ROUND_KEYS)):
        _each_known(sheet, where, {key: one[key]} if key in one else {}, keys)
    return given


def _each_known(sheet: Sheet, place: Place, entries: Any, keys: Iterable[str]) -> None:
    """Every entry of a mapping is a mapping that has only these keys."""
    if not isinstance(entries, dict):
        sheet.blame(place, entries, "名字: {…}", ("这里应当由“名字: {…}”组成", "a mapping of names expected"))
        return
    for name, entry in entries.items():
        if isinstance(entry, dict):
            _known(sheet, (*place, name), entry, tuple(keys))
        else:
            sheet.blame(
                (*place, name), entry, "、".join(keys), (f"{name} 应当由“键: 值”组成", f"`{name}` must be a mapping")
            )


def _step(sheet: Sheet, place: Place, one: Any) -> Step | None:
    if not isinstance(one, dict):
        sheet.blame(place, one, "on、by、do、to 或 on、expect", ("一步应当由“键: 值”组成", "a step must be a mapping"))
        return None
    _known(sheet, place, one, STEP)
    on, at = _moment(sheet, place, one.get("on"))
    do = ACTS.get(str(one.get("do", "")), str(one.get("do", "")))
    if do and do not in acts():
        sheet.blame((*place, "do"), do, "、".join(sorted(acts())), (f"没有“{do}”这种办理", f"no event `{do}`"))
    if not do and not one.get("expect"):
        sheet.blame(place, "无", "do 或 expect", ("这一步既没有办理也没有查看", "the step neither acts nor looks"))
    if do and do != COMPLETE and not one.get("by"):
        sheet.blame(place, "无", "by", ("没有写由谁办理", "`by` is missing"))
    to, payload = one.get("to", ()), one.get("with", {})
    if do and not to:
        sheet.blame(place, "无", "to", ("没有写对哪一件办理", "`to` is missing"))
    if not isinstance(payload, dict):
        sheet.blame((*place, "with"), payload, "键: 值", ("with 应当由“键: 值”组成", "`with` must be a mapping"))
        payload = {}
    payload = _contents(sheet, (*place, "with"), do, payload)
    return Step(
        sheet.line_of(place), on, at, str(one.get("by", "")), do, tuple(str(name) for name in (to if isinstance(to, list) else [to] if to else [])),
        isinstance(to, list), payload, _refusing(sheet, place, one), _expected(sheet, place, one),
    )  # fmt: skip


def _contents(sheet: Sheet, place: Place, do: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an act carries, by the names its event takes; a key that nothing reads is named."""
    known = may_carry(do)
    for key in said:
        if known is not None and next(iter(as_contents(do, {key: said[key]}))) not in known:
            names = (f"{do} 的内容没有“{key}”这一项", f"`{do}` takes no `{key}`")
            sheet.blame((*place, key), key, "、".join(sorted(known)), names)
    return as_contents(do, said)


def _refusing(sheet: Sheet, place: Place, one: Mapping[str, Any]) -> Refusing | None:
    if "refused" not in one:
        return None
    said, where = one["refused"], (*place, "refused")
    if said is True or isinstance(said, str):
        said = {} if said is True else {"because": said}
    if not isinstance(said, dict):
        sheet.blame(
            where,
            said,
            "{because: …, clause: …, says: …}",
            ("refused 应当由“键: 值”组成", "`refused` must be a mapping"),
        )
        return Refusing()
    _known(sheet, where, said, REFUSED)
    because = REASONS.get(str(said.get("because", "")), str(said.get("because", "")))
    if because and because not in reasons():
        expected = "、".join(sorted(reasons()))
        sheet.blame((*where, "because"), because, expected, (f"没有叫“{because}”的拒绝理由", f"no guard `{because}`"))
    clause = said.get("clause", "")
    clauses = [str(one) for one in (clause if isinstance(clause, list) else [clause])]
    return Refusing(because, "、".join(clauses), str(said.get("says", "")))


def _expected(sheet: Sheet, place: Place, one: Mapping[str, Any]) -> tuple[Expectation, ...]:
    where, found = (*place, "expect"), []
    written = one.get("expect", [])
    for n, said in enumerate([written] if isinstance(written, dict) else _list(sheet, where, written)):
        if not isinstance(said, dict):
            sheet.blame((*where, n), said, "、".join(KINDS), ("应当写成 {种类: 内容}", "write {kind: what}"))
            continue
        for kind, of in said.items():
            line = sheet.line_of((*where, n, kind))
            inner = next(iter(of), "") if kind == "none" and isinstance(of, dict) else kind
            unknown = next((word for word in (kind, inner) if word not in KINDS), None)
            if unknown is not None:
                names = (f"没有“{unknown}”这种期望", f"no expectation `{unknown}`")
                sheet.blame((*where, n, kind), unknown, "、".join(KINDS), names)
            found.append(Expectation(kind, of, line))
    return tuple(found)


def _moment(sheet: Sheet, place: Place, said: object) -> tuple[date, datetime | None]:
    text = str(said or "")
    try:
        if len(text) == 10:
            return date.fromisoformat(text), None
        moment = datetime.fromisoformat(text)
    except ValueError:
        expected = "2025-04-14 或 2025-04-14T16:30"
        sheet.blame((*place, "on"), text or "无", expected, ("on 应当是日期或时刻", "`on` must be a day or a moment"))
        return date.min, None
    moment = moment.replace(tzinfo=CHINA) if moment.tzinfo is None else moment
    return moment.astimezone(CHINA).date(), moment


def _list(sheet: Sheet, place: Place, said: Any) -> list[Any]:
    if isinstance(said, list):
        return said
    sheet.blame(place, said, "[…]", ("这里应当是列表", "a list expected"))
    return []


def _known(sheet: Sheet, place: Place, values: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in values:
        if key not in keys:
            sheet.blame((*place, key), key, "、".join(keys), (f"没有“{key}”这个键", f"unknown key `{key}`"))


def _case_title(place: Place, one: Mapping[str, Any]) -> str:
    """The title of one of several cases, else its number; the only one has none."""
    return str(one.get("title") or f"情形 {int(place[-1]) + 1}") if place else ""
