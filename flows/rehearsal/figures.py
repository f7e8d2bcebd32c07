"""What is only reported (只报告的): benefits that people have, targets and how far they are reached, records in the files."""

from collections.abc import Mapping
from typing import Any

from flows.office.targets import Progress, progress
from flows.programme.rosters import benefits_of
from flows.rehearsal import seen
from flows.rehearsal.beginning import the_studio
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.looks import Misspelled, answers, fen, said_in, yuan
from models import Record, Seat
from models.columns import table_of
from models.queries.money import balances

SEATS, RECORDS = table_of(Seat), table_of(Record)
TARGET_KEYS = ("measure", "reached", "met", "at_least", "at_most", "average", "says")


def benefits(bureau: Bureau, said: Any) -> list[str]:
    """Benefits by whose they are and words: those of a seat, and what is left of them to whoever has gone."""
    wanted = said_in(said, ("to", "says"), "benefit")
    found = []
    for row in seen.all_rows(bureau.engine, SEATS.select().order_by(SEATS.c.id)):
        name = bureau.name_of_person(row.person_id)
        whose = {name, row.role, *(("host",) if row.role == "host" else ())}
        for one in benefits_of(bureau.programme, row.role, seated=row.to_on is None):
            words = f"{name}：{one.title}"
            if str(wanted.get("to", name)) in whose and answers(words, wanted):
                found.append(words)
    return found


def targets(bureau: Bureau, said: Any) -> list[str]:
    """Targets by measure, words, what is reached and whether it is met. Raises Misspelled for a measure the text has not."""
    wanted = said_in(said, TARGET_KEYS, "target")
    measures = [one.measure for one in bureau.programme.targets]
    if "measure" in wanted and wanted["measure"] not in measures:
        raise Misspelled(f"办法没有叫“{wanted['measure']}”的目标；有：{'、'.join(measures) or '无'}")
    with bureau.at_work() as work:
        programme_id = work.book.cast(work.session, bureau.version_id).programme_id
        rows = progress(work, bureau.programme, programme_id, bureau.today)
    return [_words(one) for one in rows if answers(one.title, wanted) and _is(one, wanted)]


def _is(one: Progress, wanted: Mapping[str, Any]) -> bool:
    """Whether a target is as it is described; `none` is what nothing is known of."""
    for key in set(TARGET_KEYS) - {"says"}:
        value = getattr(one, key)
        if key in wanted and str(wanted[key]).lower() != str("none" if value is None else value).lower():
            return False
    return True


def _words(one: Progress) -> str:
    reached = "没有记录" if one.reached is None else one.reached
    return f"{one.measure} {one.title}：{reached}（至少 {one.at_least}，至多 {one.at_most}，平均 {one.average}）"


def balance(bureau: Bureau, said: Any) -> list[str]:
    """How ledgers differ: `{studio: 1979.45元}` is what a studio has left."""
    if not isinstance(said, Mapping):
        return [f"应当写成 {{工作室: 金额}}，写的是 {said}"]
    faults = []
    for name, wanted in said.items():
        studio_id = the_studio(bureau, str(name))
        with bureau.at_work() as work:
            left = balances(work.session, [studio_id])[studio_id]
        if left != fen(wanted):
            faults.append(f"{name} 的余额应为 {wanted}，实为 {yuan(left)}")
    return faults


def records(bureau: Bureau, said: Any) -> list[str]:
    """Records by kind, who handed them in, studio, level and words."""
    wanted = said_in(said, ("kind", "by", "studio", "level", "says", "on"), "record")
    query = RECORDS.select().where(RECORDS.c.standing == "held").order_by(RECORDS.c.id)
    for key in ("kind", "level"):
        if key in wanted:
            query = query.where(RECORDS.c[key] == str(wanted[key]))
    if "studio" in wanted:
        query = query.where(RECORDS.c.studio_id == the_studio(bureau, str(wanted["studio"])))
    found = []
    for row in seen.all_rows(bureau.engine, query):
        by = bureau.name_of_person(row.filed_by) if row.filed_by is not None else ""
        words = f"{row.kind} {row.title} {row.theme} {row.level} {by} {row.held_on or ''}"
        if str(wanted.get("by", by)) == by and answers(words, wanted, row.held_on):
            found.append(words)
    return found
