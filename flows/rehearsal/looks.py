"""Looking things up (查看): messages, documents, money, cycles and the rest as rows of words, by a description."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sqlalchemy import select

from flows.engine.calendar import local_day
from flows.programme.vocabulary import BARE, VALUED
from flows.rehearsal import seen
from flows.rehearsal.addresses import ASSESSMENTS, DECISIONS, DUTIES, ENTITLEMENTS, Target, find, period_is
from flows.rehearsal.beginning import the_studio
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.payloads import grade_named
from flows.rehearsal.ranges import is_on
from models import Consequence, Credit, Document, ListingEntry, Message, Result, Seat
from models.columns import table_of
from notifications.catalogue import notices

MESSAGES, DOCUMENTS = table_of(Message), table_of(Document)
SEATS, RESULTS, CONSEQUENCES, CREDITS = (table_of(one) for one in (Seat, Result, Consequence, Credit))
ENTRIES = table_of(ListingEntry)
DOCUMENT_KINDS = ("announcement", "plaque", "certificate", "circular", "notice", "minutes", "rectification_notice")
FEN = 100
# What somebody above is told of the same: a duty that is overdue goes up as a notice of its own.
ALSO: Mapping[str, tuple[str, ...]] = {"overdue": ("escalated",)}


class Misspelled(UnknownName):
    """A description that says nothing one could look for."""


def said_in(said: object, keys: Sequence[str], kind: str) -> Mapping[str, Any]:
    """A description with only keys it may have. Raises UnknownName."""
    if not isinstance(said, dict):
        raise Misspelled(f"{kind} 应当写成 {{{'、'.join(keys)}}}，写的是 {said}")
    unknown = next((key for key in said if key not in keys), None)
    if unknown is not None:
        raise Misspelled(f"{kind} 没有“{unknown}”这一项；可以写：{'、'.join(keys)}")
    return said


def _known(said: str, known: Iterable[str], what: str) -> None:
    """What cannot exist is a mistake of the scenario, also where it is said not to be there. Raises Misspelled."""
    names = list(known)
    if said not in names:
        near = "、".join(get_close_matches(said, names, 3, 0.5))
        raise Misspelled(f"没有叫“{said}”的{what}；{f'是不是想写 {near}；' if near else ''}全部见 docs/scenarios.md")


def messages(bureau: Bureau, said: Any) -> list[str]:
    """Messages by notice, recipient, words and day."""
    wanted = said_in(said, ("notice", "to", "says", "on", "about"), "message")
    query = select(MESSAGES).order_by(MESSAGES.c.id)
    if "about" in wanted:
        query = query.where(MESSAGES.c.run_id.in_(_runs_about(bureau, str(wanted["about"]))))
    if "notice" in wanted:
        _known(str(wanted["notice"]), notices(), "通知")
        alike = ALSO.get(str(wanted["notice"]), ()) if "to" in wanted else ()
        query = query.where(MESSAGES.c.notice.in_((wanted["notice"], *alike)))
    whom = recipients(bureau, str(wanted["to"])) if "to" in wanted else None
    found = []
    for row in seen.all_rows(bureau.engine, query):
        key = f"person:{row.person_id}" if row.person_id else f"body:{row.body_id}"
        words = f"{row.notice} {notices()[row.notice].title} → {bureau.name_of_desk(key)}（{local_day(row.created_at)}）{words_in(row.context)}"
        if (whom is None or key in whom) and answers(words, wanted, local_day(row.created_at)):
            found.append(words)
    return found


def _runs_about(bureau: Bureau, address: str) -> Any:
    """The runs at an address; of a studio everything that belongs to it."""
    target = find(bureau, address)
    if target.kind != "studio":
        return [run.id for run in target.runs]
    return select(seen.RUNS.c.id).where(seen.RUNS.c.studio_id == target.studio_id)


def recipients(bureau: Bureau, who: str) -> frozenset[str]:
    """Everybody who may be meant by a recipient: seen from each studio and each application there is."""
    keys: set[str] = set()
    seen_from = [(None, None, None)]
    seen_from += [
        (row.home_body_id, row.host_id, row.host_id) for row in seen.all_rows(bureau.engine, seen.STUDIOS.select())
    ]
    seen_from += [
        (row.body_id, row.person_id, None) for row in seen.all_rows(bureau.engine, seen.APPLICATIONS.select())
    ]
    for body_id, person_id, host_id in seen_from:
        try:
            keys |= bureau.acting(who, body_id, person_id, host_id).keys
        except UnknownName:
            continue
    if not keys:
        target = find(bureau, who)
        keys = {f"person:{target.person_id}"}
    return frozenset(keys)


def words_in(context: Mapping[str, Any]) -> str:
    """What a message or paper says, its values in a line."""
    return " ".join(str(value) for value in context.values() if value not in ("", None, []))


def answers(words: str, wanted: Mapping[str, Any], on: object = None) -> bool:
    """Whether words and a day are those that a description says."""
    return str(wanted.get("says", "")) in words and ("on" not in wanted or is_on(wanted["on"], on))


def documents(bureau: Bureau, said: Any) -> list[str]:
    """Documents by kind, studio or member, number and words."""
    wanted = said_in(said, ("kind", "to", "says", "number", "on"), "document")
    if "kind" in wanted:
        if wanted["kind"] not in DOCUMENT_KINDS and wanted["kind"] in (*BARE, *VALUED):
            return _written_down(bureau, wanted)
        _known(str(wanted["kind"]), DOCUMENT_KINDS, "文书")
    name = str(wanted.get("to", ""))
    seats = _seats_of(bureau, name) if name and is_member(bureau, name) else None
    studio_id = find(bureau, name).studio_id if name and seats is None else None
    found = []
    for row in seen.all_rows(bureau.engine, DOCUMENTS.select().order_by(DOCUMENTS.c.id)):
        about = _studios_of(bureau, row)
        words = f"{row.kind} {row.number}（{local_day(row.requested_at)}）{words_in(row.context)}{_base(bureau, row)}"
        right = ("kind" not in wanted or row.kind == wanted["kind"]) and str(wanted.get("number", "")) in row.number
        right &= (studio_id is None or studio_id in about) if seats is None else _is_seat(row, seats)
        if right and answers(words, wanted, local_day(row.requested_at)):
            found.append(words)
    return found


def _seats_of(bureau: Bureau, name: str) -> frozenset[int]:
    rows = seen.all_rows(bureau.engine, select(SEATS.c.id).where(SEATS.c.person_id == bureau.people[name]))
    return frozenset(row.id for row in rows)


def _is_seat(row: Any, seats: frozenset[int]) -> bool:
    return row.subject_kind == "seat" and row.subject_id in seats


def _studios_of(bureau: Bureau, row: Any) -> Collection[int | None]:
    """The studios that a paper is about; a published list is about each that it names."""
    if row.subject_kind == "studio":
        return {row.subject_id}
    if row.subject_kind != "listing":
        return {_studio_of(bureau, row.subject_kind, row.subject_id)}
    named = select(ENTRIES.c.run_id).where(ENTRIES.c.listing_id == row.subject_id)
    applications = select(seen.RUNS.c.application_id).where(seen.RUNS.c.id.in_(named))
    query = select(seen.APPLICATIONS.c.studio_id).where(seen.APPLICATIONS.c.id.in_(applications))
    return {one.studio_id for one in seen.all_rows(bureau.engine, query)}


def _base(bureau: Bureau, row: Any) -> str:
    """The name that a plaque gives the host's school (海南 三), where it gives one."""
    if row.kind != "plaque" or row.subject_kind != "studio":
        return ""
    return f" {seen.studio(bureau.engine, row.subject_id).base_name}"


def _studio_of(bureau: Bureau, kind: str, subject_id: int) -> int | None:
    for run in seen.runs_of(bureau.engine, kind, subject_id):
        return int(run.studio_id) if run.studio_id is not None else None
    return None


def money(bureau: Bureau, said: Any) -> list[str]:
    """Entitlements by fund, studio, period, amount, share and state; `total` asks for the sum of those that answer."""
    keys = ("fund", "studio", "period", "amount", "share", "heads", "status", "total", "from", "to")
    wanted = said_in(said, keys, "money")
    query = ENTITLEMENTS.select().order_by(ENTITLEMENTS.c.id)
    for key in ("fund", "share", "heads"):
        if key in wanted:
            query = query.where(ENTITLEMENTS.c[key] == _figure(wanted[key], key))
    for key, column in (("from", ENTITLEMENTS.c.payer), ("to", ENTITLEMENTS.c.payee)):
        if key in wanted:
            query = query.where(column.in_(_parties(bureau, str(wanted[key]))))
    if "period" in wanted:
        query = query.where(period_is(ENTITLEMENTS.c.period, str(wanted["period"])))
    if "studio" in wanted:
        query = query.where(ENTITLEMENTS.c.studio_id == the_studio(bureau, str(wanted["studio"])))
    found, total = [], 0
    for row in seen.all_rows(bureau.engine, query):
        status = next((run.state for run in reversed(seen.runs_of(bureau.engine, "entitlement", row.id))), "")
        due = (row.amount_fen or 0) * row.share // 100
        right = "amount" not in wanted or fen(wanted["amount"]) in {
            due,
            *([row.amount_fen] if "share" in wanted else []),
        }
        nothing = "amount" in wanted and fen(wanted["amount"]) == 0  # what is not paid is nothing
        right &= status != "stopped" or nothing or bool({"share", "status"} & set(wanted))
        right &= "to" not in wanted or _is_payee(bureau, row, str(wanted["to"]))
        if right and ("status" not in wanted or status == wanted["status"]):
            total += due
            found.append(f"{row.fund}@{row.period} {yuan(row.amount_fen)} {row.share}% {status}")
    if "total" in wanted and total != fen(wanted["total"]):
        return []
    return found


def _parties(bureau: Bureau, who: str) -> frozenset[str]:
    """The desks of a payer or payee by name; `studio` is paid at its school or to its host."""
    if who != "studio":
        return frozenset({who, *recipients(bureau, who)})
    hosts = {f"person:{row.host_id}" for row in seen.all_rows(bureau.engine, seen.STUDIOS.select())}
    return frozenset({"studio", *hosts, *(f"studio:{one}" for one in bureau.studios.values())})


def _is_payee(bureau: Bureau, row: Any, who: str) -> bool:
    """Whether money goes to whom a scenario names: a part of the text, or whoever has that desk."""
    studio = seen.studio(bureau.engine, row.studio_id)
    if who == row.payee or (who in {"studio", *bureau.studios} and row.payee in {"studio", f"studio:{row.studio_id}"}):
        return True
    try:
        return row.payee in bureau.acting(who, studio.home_body_id, studio.host_id, studio.host_id).keys
    except UnknownName:
        return False


def _figure(value: Any, key: str) -> Any:
    return int(str(value).removesuffix("%")) if key in {"share", "heads"} else value


def fen(said: object) -> int:
    """`20000元`, `20000` or `1.5万元` in fen. Raises UnknownName."""
    text = str(said).removesuffix("元").replace(",", "")
    times = 10_000 if text.endswith("万") else 1
    whole, _, part = text.removesuffix("万").partition(".")
    if not (whole + part).isdigit():
        raise UnknownName(f"金额应当写成 20000元，写的是 {said}")
    return int(whole + part) * times * FEN // int(10 ** len(part))


def yuan(amount_fen: int | None) -> str:
    """Fen as people read them, to the fen."""
    whole, part = divmod(amount_fen or 0, FEN)
    return "未核定" if amount_fen is None else f"{whole}{f'.{part:02}' if part else ''}元"


def is_member(bureau: Bureau, name: str) -> bool:
    """Whether a name is somebody's who is no host and has applied for nothing that is meant by their name."""
    person_id = bureau.people.get(name)
    hosts = {row.host_id for row in seen.all_rows(bureau.engine, seen.STUDIOS.select())}
    seat = SEATS.select().where(SEATS.c.person_id == person_id)
    return person_id is not None and person_id not in hosts and seen.one_row(bureau.engine, seat) is not None


def open_runs(bureau: Bureau, said: Any) -> list[str]:
    """What is still under way at an address; of a studio everything that belongs to it."""
    if isinstance(said, dict):
        said = said.get("at", "studio")
    target = find(bureau, str(said))
    runs: Sequence[Any] = target.runs
    if target.kind == "studio":
        mine = seen.RUNS.c.studio_id == target.studio_id
        runs = seen.all_rows(bureau.engine, seen.RUNS.select().where(mine).order_by(seen.RUNS.c.id))
    return [f"{run.path}/{run.step}.{run.state}" for run in seen.live(runs)]


def overdue_runs(bureau: Bureau, said: Any) -> list[str]:
    """What is overdue at an address; of a studio everything that belongs to it."""
    address = str(said if isinstance(said, str) else "studio")
    studio, _, key = address.partition("/")
    if key in bureau.programme.obligations:
        ours = (DUTIES.c.studio_id == find(bureau, studio).studio_id) & (DUTIES.c.key == key)
        late = (seen.RUNS.c.subject_kind == "duty") & seen.RUNS.c.state.in_(("overdue", "unmet"))
        query = select(DUTIES.c.period).join(seen.RUNS, seen.RUNS.c.subject_id == DUTIES.c.id).where(ours, late)
        return [f"{key}@{row.period}" for row in seen.all_rows(bureau.engine, query.order_by(DUTIES.c.id))]
    target = find(bureau, address)
    mine = (seen.RUNS.c.studio_id == target.studio_id) & (seen.RUNS.c.state == "overdue")
    if target.kind != "studio":
        return [run.step for run in seen.live(target.runs) if run.state == "overdue"]
    return [run.step for run in seen.all_rows(bureau.engine, seen.RUNS.select().where(mine))]


def in_state(bureau: Bureau, said: Any) -> list[str]:
    """Runs by `step.state`, or by the state alone."""
    step, _, state = str(said).rpartition(".")
    query = seen.RUNS.select().where(seen.RUNS.c.state == state).order_by(seen.RUNS.c.id)
    rows = seen.all_rows(bureau.engine, query.where(seen.RUNS.c.step == step) if step else query)
    return [f"{row.step}.{row.state}" for row in rows]


def studios_standing(bureau: Bureau, said: Any) -> list[str]:
    """Studios by their standing."""
    rows = seen.all_rows(bureau.engine, seen.STUDIOS.select().where(seen.STUDIOS.c.standing == str(said)))
    return [str(row.name) for row in rows]


def outcomes(bureau: Bureau, said: Any) -> list[str]:
    """Applications by their outcome."""
    rows = seen.all_rows(bureau.engine, seen.APPLICATIONS.select().where(seen.APPLICATIONS.c.outcome == str(said)))
    return [bureau.name_of_person(row.person_id) for row in rows]


def _written_down(bureau: Bureau, wanted: Mapping[str, Any]) -> list[str]:
    """What follows without a paper of its own (表彰, 撤销): its line in the studio's file stands for one."""
    whom = {"studio": wanted["to"], "to": "studio"} if wanted.get("to") in bureau.studios else {}
    return consequences(bureau, {**wanted, **whom})


def consequences(bureau: Bureau, said: Any) -> list[str]:
    """What followed from results: by kind, for whom, words, studio."""
    wanted = said_in(said, ("kind", "to", "says", "studio"), "consequence")
    if "kind" in wanted:
        _known(str(wanted["kind"]), (*BARE, *VALUED), "结果运用")
    query = CONSEQUENCES.select().order_by(CONSEQUENCES.c.id)
    if "kind" in wanted:
        query = query.where(CONSEQUENCES.c.kind == wanted["kind"])
    if "studio" in wanted:
        query = query.where(CONSEQUENCES.c.studio_id == the_studio(bureau, str(wanted["studio"])))
    found = []
    for row in seen.all_rows(bureau.engine, query):
        whom = bureau.name_of_person(row.person_id) if row.person_id is not None else "studio"
        host = seen.studio(bureau.engine, row.studio_id).host_id == row.person_id
        words = row.value or bureau.programme.words.get(row.kind, "")
        if str(wanted.get("to", whom)) in {whom, "host" if host else whom} and str(wanted.get("says", "")) in words:
            found.append(f"{row.kind} {words} → {whom}")
    return found


# Rosters, grades and duties


def credited(bureau: Bureau, said: Any) -> list[str]:
    """What was counted for a duty, one line a record."""
    target = find(bureau, str(said))
    mine = (CREDITS.c.duty_id == target.subject_id) & (CREDITS.c.standing == "accepted")
    return [f"记录 {row.record_id}" for row in seen.all_rows(bureau.engine, CREDITS.select().where(mine))]


def grades(bureau: Bureau, said: Any) -> list[str]:
    """How grades differ: `{studio/annual@y1: qualified, studio/members@y1/L2: unqualified}`."""
    if not isinstance(said, dict):
        return [f"应当写成 {{地址: 等次}}，写的是 {said}"]
    faults = []
    for address, wanted in said.items():
        found = grade_at(bureau, str(address))
        if found != str(grade_named(bureau.programme, wanted)):
            faults.append(f"{address} 应为 {wanted}，实为 {found or '没有等次'}")
    return faults


def grade_at(bureau: Bureau, address: str) -> str:
    """The grade at an address: of the studio, or of the member behind the period; empty when there is none."""
    base, _, last = address.rpartition("/")
    member = bureau.people.get(last) if "@" in base else None
    try:
        target = find(bureau, base if member else address)
    except UnknownName:
        return ""
    query = RESULTS.select().where(RESULTS.c.assessment_id == target.subject_id)
    if member:
        query = query.join(SEATS, SEATS.c.id == RESULTS.c.seat_id).where(SEATS.c.person_id == member)
    else:
        query = query.where(RESULTS.c.seat_id.is_(None))
    row = seen.one_row(bureau.engine, query)
    return str(row.after_rectification or row.grade or row.proposed) if row is not None else ""


def due_on(bureau: Bureau, target: Target) -> object:
    """The due day that the row of a subject carries, where no run has one."""
    table = {"duty": DUTIES, "assessment": ASSESSMENTS, "entitlement": ENTITLEMENTS, "decision": DECISIONS}.get(
        target.kind
    )
    if table is None:
        return None
    return seen.one_row(bureau.engine, table.select().where(table.c.id == target.subject_id)).due_on


def counted(bureau: Bureau, target: Target) -> str:
    """How far a duty has come, in words."""
    if target.kind != "duty":
        return ""
    row = seen.one_row(bureau.engine, DUTIES.select().where(DUTIES.c.id == target.subject_id))
    return f"（{row.counted}/{row.need}）"


def part_of(bureau: Bureau, target: Target, desk: str) -> str:
    """The name of a desk as a scenario would write it for this case."""
    return "host" if desk == f"person:{target.host_id}" else bureau.name_of_desk(desk)
