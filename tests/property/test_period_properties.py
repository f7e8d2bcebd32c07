"""Periods of any cycle: in order, apart from one another, inside it by their last day, each key once."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from flows.engine.calendar import add_months
from flows.engine.periods import CycleDays, periods, terms_around

KINDS = ("week", "school_week", "fortnight", "month", "semester", "half_year", "school_year", "programme_year", "cycle")
cycles = st.builds(
    lambda begins_on, months: CycleDays(
        begins_on,
        ends_on := add_months(begins_on, months) - timedelta(days=1),
        terms=terms_around((), begins_on, ends_on),
    ),
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.integers(1, 60),
)


@given(cycles, st.sampled_from(KINDS))
def test_periods_are_apart_and_end_inside_their_cycle(cycle: CycleDays, kind: str) -> None:
    found = periods(kind, cycle)
    assert len({one.key for one in found}) == len(found)
    assert all(one.begins_on <= one.ends_on for one in found)
    assert all(cycle.begins_on <= one.ends_on <= cycle.ends_on for one in found)
    assert all(one.ends_on < after.begins_on for one, after in pairwise(found))
    assert not any(one.waived for one in found[1:])


@given(cycles, st.sampled_from(KINDS), st.integers(0, 60))
def test_period_belongs_to_one_of_two_cycles_in_a_row(cycle: CycleDays, kind: str, months: int) -> None:
    """No calendar period is owed twice when one cycle follows the other, and none is lost between them."""
    if kind not in {"week", "school_week", "fortnight", "month", "semester", "school_year"}:
        return
    ends_on = add_months(cycle.ends_on, months + 1)
    terms = terms_around((), cycle.begins_on, ends_on)
    whole = CycleDays(cycle.begins_on, ends_on, terms=terms)
    first = CycleDays(cycle.begins_on, cycle.ends_on, terms=terms)
    second = CycleDays(cycle.ends_on + timedelta(days=1), ends_on, terms=terms)
    both = [one.key for one in periods(kind, first)] + [one.key for one in periods(kind, second)]
    assert both == [one.key for one in periods(kind, whole)]
