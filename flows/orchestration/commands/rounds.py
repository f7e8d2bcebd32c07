"""studioflow round: plan, launch, list and show rounds."""

from typing import Annotated

import typer

from flows.orchestration.commands.speech import FAULTY, WrongWords, draw_bar, say

app = typer.Typer(help="申报批次：拟定、演练、发布、列出、查看。 / Rounds.", no_args_is_help=True)
By = Annotated[str, typer.Option(help="以谁的名义（登录名）；不写为主管部门的管理员")]


@app.command()
def plan(
    programme: Annotated[str, typer.Argument(help="办法代码，须已启用（programme adopt）")],
    opens: Annotated[str, typer.Option(help="开始受理，如 2026-03-02")],
    closes: Annotated[str, typer.Option(help="受理截止（含当日），如 2026-03-31")],
    title: Annotated[str, typer.Option(help="批次名称")] = "",
    path: Annotated[str, typer.Option(help="路径")] = "apply",
    places: Annotated[int, typer.Option(min=0, help="全市名额；0 为不限")] = 0,
    county_places: Annotated[int, typer.Option(min=0, help="每个县区名额；0 为不限")] = 0,
    body: Annotated[str, typer.Option(help="主管部门的机构编码")] = "",
    by: By = "",
) -> None:
    """拟定一个批次；还没有发布，谁也看不到。 / Plan a round."""
    from flows.engine.days import calendar_of
    from flows.engine.work import Work
    from flows.office.rounds import Places, RoundPlan, plan_round
    from flows.orchestration.commands.acting import acting, authority, day, opened
    from flows.regulations import regulations
    from models.session import transaction

    engine, now = opened()
    first, last = day(opens, now), day(closes, now)
    quotas = [Places(scope, at_most=most) for scope, most in (("round", places), ("county", county_places)) if most]
    with transaction(engine) as session:
        body_id = authority(session, body)
        version_id = _version(session, programme, body_id, first)
        actor = acting(session, by, body_id, now)
        named = title or f"{first.year} 年度申报"
        round_id, _ = plan_round(
            Work(session, regulations(), now, calendar_of(session)), actor,
            RoundPlan(version_id, path, first.year, named, first, last, quotas=quotas),
        )  # fmt: skip
    say(f"批次 {round_id} 已拟定：{named}，{first} 至 {last}。发布：studioflow round launch {round_id}")


@app.command()
def launch(
    round_id: Annotated[int, typer.Argument(help="批次编号")],
    by: By = "",
    reason: Annotated[str, typer.Option(help="有提醒仍照常发布的理由")] = "",
) -> None:
    """发布批次，通知各县区各学校。 / Launch a round."""
    from flows.orchestration.commands.acting import acting, opened
    from flows.orchestration.launching import launch_round, round_row
    from flows.regulations import regulations
    from models.session import reading

    engine, now = opened()
    with reading(engine) as session:
        actor = acting(session, by, round_row(session, round_id).authority_body_id, now)
    state = launch_round(engine, regulations(), round_id, actor, now, reason)
    say(f"批次 {round_id} 已发布，{'正在受理' if state == 'open' else '到开始日自动受理'}。")


@app.command()
def rehearse(
    which: Annotated[str, typer.Argument(help="批次编号，或办法代码（取它最新的草稿）")],
    *,
    as_data: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    by: By = "",
) -> None:
    """演练一个草稿：在抄出来的名册上从发布走到办结，不影响真实数据；有提醒的，退出码 1。 / Play a drafted round through."""
    import json

    from flows.engine.clock import SystemClock
    from flows.engine.days import calendar_of
    from flows.engine.work import Work
    from flows.orchestration.commands.acting import acting, opened
    from flows.orchestration.launching import drafted_round, round_row
    from flows.regulations import regulations
    from flows.trial.asking import ask, latest, run
    from flows.trial.report import from_row
    from flows.trial.words import report_text
    from models.session import reading, transaction

    engine, now = opened()
    with reading(engine) as session:
        round_id = int(which) if which.isdigit() else drafted_round(session, which)
        if round_id is None:
            raise WrongWords(f"办法 {which} 没有还没发布的批次。请先运行：studioflow round plan {which} …")
        row = round_row(session, round_id)
        if row.state != "planned":
            raise WrongWords(f"批次 {round_id}（{row.title}）已经发布，不再演练。")
        actor = acting(session, by, row.authority_body_id, now)
    with transaction(engine) as session:
        trial_id = ask(Work(session, regulations(), now, calendar_of(session)), round_id, actor.person_id or 0)
    run(engine, SystemClock(), trial_id, draw_bar)
    with reading(engine) as session:
        done = latest(session, round_id)
    if done.state != "done":
        raise WrongWords(f"演练没有走完：{done.says or '中途停了，请再试一次'}")
    report = from_row(done.result)
    say(json.dumps(done.result, ensure_ascii=False, indent=2) if as_data else report_text(row.title, report))
    if any(one.level != "pass" for one in report.findings):
        raise typer.Exit(FAULTY)


@app.command("list")
def list_rounds() -> None:
    """列出全部批次。 / List rounds."""
    from flows.orchestration.commands.acting import opened
    from flows.orchestration.launching import round_rows
    from models.session import reading

    engine, _ = opened()
    with reading(engine) as session:
        rows = round_rows(session)
    for row in rows:
        say(f"{row.id:<6}{row.title}　{row.opens_on} 至 {row.closes_on}　{_state(row.state)}")
    say(f"共 {len(rows)} 个批次。")


@app.command()
def show(round_id: Annotated[int, typer.Argument(help="批次编号")]) -> None:
    """查看一个批次：每个环节有多少件、在等谁。 / Show a round."""
    from flows.lifecycle import STAGES
    from flows.orchestration.commands.acting import opened
    from flows.orchestration.launching import round_row, standing_by_step
    from models.session import reading

    engine, now = opened()
    with reading(engine) as session:
        row = round_row(session, round_id)
        rows = standing_by_step(session, round_id, now)
    say(f"{row.title}　{row.opens_on} 至 {row.closes_on}　{_state(row.state)}")
    for one in rows:
        overdue = f"　逾期 {one.overdue}" if one.overdue else ""
        say(f"  {STAGES[one.stage].title}（{one.step} · {one.state}）　{one.n} 件{overdue}")
    if not rows:
        say("  没有在办的申报。")


def _state(state: str) -> str:
    words = {
        "planned": "已拟定",
        "announced": "已发布，未到开始日",
        "open": "正在受理",
        "closed": "已截止",
        "concluded": "已办结",
        "cancelled": "已取消",
    }
    return words.get(state, state)


def _version(session: object, programme: str, body_id: int, on: object) -> int:
    from flows.orchestration.launching import adopted_version

    found = adopted_version(session, programme, body_id, on)  # type: ignore[arg-type]
    if found is None:
        raise WrongWords(f"办法 {programme} 还没有启用。请先运行：studioflow programme adopt {programme}")
    return found
