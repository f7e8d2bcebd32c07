"""What a round commits a bureau to: money by the text, duties and assessments by the agenda of a whole cycle."""

from datetime import date

from flows.engine.calendar import WorkCalendar
from flows.office.promised import promised
from flows.programme import load


def test_a_county_round_promises_ten_thousand_a_school_year() -> None:
    programme = load("county-master-teacher")
    path = next(one for one in programme.paths_giving("studio"))
    found = promised(programme, path, date(2025, 5, 6), WorkCalendar())
    assert found is not None
    assert (found.begins_on, found.ends_on) == (date(2025, 5, 6), date(2028, 5, 5))
    base = found.funds[0]
    assert (base.fen, base.times, base.whole) == (1_000_000, 4, 4_000_000)
    assert base.origin["text"] == "六(一)"
    assert found.duties > 100
    assert found.assessments >= 4
    assert found.busiest is not None


def test_what_the_payer_sets_has_no_sum_and_what_only_registers_promises_nothing() -> None:
    chifeng = load("chifeng")
    found = promised(chifeng, chifeng.path("apply"), date(2025, 5, 8), WorkCalendar())
    assert found is not None
    assert {one.whole for one in found.funds} == {None}
    shijiazhuang = load("shijiazhuang")
    assert promised(shijiazhuang, shijiazhuang.path("create"), date(2025, 5, 8), WorkCalendar()) is None
