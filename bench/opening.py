"""Opening: one month's obligations of ten thousand studios, beside the bare driver inserting the same rows."""

from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import update

from bench.ground import Ground
from bench.writing import TURNS, Copy, Written, begin, part, recording, replay, seconds
from flows.office.adoption import adopt
from flows.opening import open_due
from flows.programme import load
from models import Cycle, Person, Seat, Studio
from models.columns import table_of
from models.session import transaction
from models.statements import insert_rows

PEOPLE, STUDIOS, CYCLES, SEATS = table_of(Person), table_of(Studio), table_of(Cycle), table_of(Seat)
FIRST, BEFORE, MONTH = date(2025, 4, 15), date(2025, 9, 30), date(2025, 10, 1)
NOW = datetime(2025, 9, 30, 16, 1, tzinfo=UTC)  # one minute past midnight of the first of October in China


def opened(ground: Ground, copy: Copy, studios: int) -> dict[str, float]:
    """How often the time of the bare driver it takes to open October for so many studios; at most three times is the aim."""
    warm = max(studios // 20, 20)
    _stand(ground, warm + 2 * studios)
    open_due(ground.engine, ground.book, NOW, most=warm)
    ground.engine.dispose()
    bare, script = copy(), list[Written]()
    with recording(ground.engine, script):
        for turn in range(TURNS):
            open_due(ground.engine, ground.book, NOW, most=len(part(range(studios), turn)))
    script = [one for one in script if one]
    ours, raw = 0.0, 0.0
    for turn in range(TURNS):
        ours += seconds(partial(open_due, ground.engine, ground.book, NOW, most=len(part(range(studios), turn))))
        raw += seconds(partial(replay, bare, part(script, turn), begin(ground)))
    bare.close()
    return {
        "studios_per_second": round(studios / ours),
        "raw_per_second": round(studios / raw),
        "ratio": round(ours / raw, 2),
    }


def _stand(ground: Ground, many: int) -> None:
    """So many studios that have run since April, with everything opened up to the end of September."""
    with transaction(ground.engine) as session:
        programme = load("beihai")
        version_id = adopt(session, programme, ground.bureau, date(2020, 1, 1))
        programme_id = ground.book.cast(session, version_id).programme_id
        hosts = insert_rows(session, PEOPLE, [
            {"staff_no": f"h{n}", "name": f"主持人{n}", "gender": "", "phone": "", "email": f"h{n}@x.example", "works_at": "",
             "rank_title": "", "school_stage": ""}
            for n in range(many)
        ])  # fmt: skip
        ids = insert_rows(session, STUDIOS, [
            {"programme_id": programme_id, "name": f"工作室{n}", "kind": "", "level": "city", "host_id": host, "home_body_id": ground.school,
             "base_name": "", "standing": "active", "made_at": NOW}
            for n, host in enumerate(hosts)
        ])  # fmt: skip
        insert_rows(session, SEATS, [
            {"studio_id": one, "person_id": host, "role": "host", "duty_role": "", "body_id": ground.school, "from_on": FIRST, "to_on": None,
             "why_ended": "", "application_id": None}
            for one, host in zip(ids, hosts, strict=True)
        ])  # fmt: skip
        insert_rows(session, CYCLES, [
            {"studio_id": one, "number": 1, "version_id": version_id, "begins_on": FIRST, "ends_on": date(2027, 4, 14), "granted_on": None,
             "opened_to": BEFORE, "opens_next_on": MONTH, "books_closed_on": None}
            for one in ids
        ])  # fmt: skip
        session.execute(update(CYCLES).where(CYCLES.c.opened_to.is_(None)).values(opens_next_on=None))
