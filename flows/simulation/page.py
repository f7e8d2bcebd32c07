"""The printed page (HTML 报告): charts drawn on this machine as SVG, tables, and nothing fetched from anywhere."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.programme import Programme
from flows.simulation.report import Report
from flows.simulation.words import MONEY_ZH, Table, headline, monday, tables

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "reports"
INK, GRID = "#1f2937", "#e5e7eb"
COLOURS = ["#2f5fd0", "#d97706", "#0f766e", "#b91c1c", "#6d28d9", "#64748b", "#0891b2", "#a16207"]
WIDTH, HEIGHT, WIDEST_BAR, MOST_TICKS = 860, 240, 90, 16
FONT = "PingFang SC, Noto Sans CJK SC, Microsoft YaHei, sans-serif"
FIGURE = re.compile(r"-?\d*(\.\d+)?")
WAN = 1_000_000  # fen in ten thousand yuan


def report_page(report: Report, programme: Programme) -> str:
    """The whole report as one HTML file that also prints well."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    charts = [(title, Markup(svg)) for title, svg in _charts(report)]  # noqa: S704  drawn here, from figures
    return environment.get_template("simulation.html").render(
        report=report,
        headline=list(headline(report)),
        charts=charts,
        tables=[(*one, _figures(one)) for one in tables(report, programme)],
    )


def _figures(table: Table) -> Sequence[bool]:
    """Which columns of a table hold figures only; they stand on the right."""
    _, head, rows = table
    return [n > 0 and all(FIGURE.fullmatch(row[n]) for row in rows) for n in range(len(head))]


def _charts(report: Report) -> list[tuple[str, str]]:
    weeks = [{"week": monday(week), "role": role, "n": n} for (week, role), n in sorted(report.work.items())]
    months = [{"month": month, "what": "新开启", "n": n} for month, n in sorted(report.opened.items()) if month]
    months += [{"month": month, "what": "逾期", "n": n} for month, n in sorted(report.overdue.items())]
    money = [
        {"year": year, "state": MONEY_ZH.get(state, state), "n": fen / WAN}
        for (year, state), fen in sorted(report.money.items())
        if fen
    ]
    drawn = [
        ("每周的工作量（谁要办多少件）", _bars(weeks, "week", "role", "件")),
        ("每月开启和逾期的应办事项", _bars(months, "month", "what", "件", beside=True)),
        ("每年的经费（万元）", _bars(money, "year", "state", "万元")),
    ]
    return [(title, svg) for title, svg in drawn if svg]


def _bars(values: Sequence[dict[str, Any]], across: str, by: str, unit: str, *, beside: bool = False) -> str:
    """Bars over time as SVG, each kind on the others or `beside` them; empty where there is nothing to draw."""
    if not values:
        return ""
    ticks = sorted({str(one[across]) for one in values})
    shown = ticks[:: max(len(ticks) // MOST_TICKS, 1)]
    chart = (
        alt.Chart(alt.InlineData(values=list(values)), width=min(WIDTH, WIDEST_BAR * len(ticks)), height=HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X(f"{across}:O", title=None, axis=alt.Axis(values=shown, labelAngle=-45 if len(ticks) > MOST_TICKS // 2 else 0, grid=False)),
            y=alt.Y("sum(n):Q", title=unit),
            color=alt.Color(f"{by}:N", title=None, scale=alt.Scale(range=COLOURS), legend=alt.Legend(orient="top", columns=6)),
            **({"xOffset": alt.XOffset(f"{by}:N")} if beside else {}),
        )
        .configure_axis(labelColor=INK, titleColor=INK, gridColor=GRID, domainColor=GRID, labelFontSize=11)
        .configure_legend(labelColor=INK, labelFontSize=12)
        .configure_view(stroke=None)
        .configure(font=FONT)
    )  # fmt: skip
    drawn: str = _svg(chart)
    return drawn


def _svg(chart: Any) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return svg
