"""StudioFlow 工作室全周期管理: the command line, one front door; everything behind it is imported when it is asked for."""

import sys
from contextlib import suppress
from enum import StrEnum
from typing import Annotated

import typer

from flows.orchestration.commands import accounts, checking, programmes, rehearsing, rosters, rounds, simulating, work
from flows.orchestration.commands.speech import WrongWords, draw_bar, failing_plainly, say

app = typer.Typer(
    help="工作室全周期管理：从年度申报到授牌、考核、换届。 / The whole life of host-led studios.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip
app.add_typer(programmes.app, name="programme")
app.add_typer(rounds.app, name="round")
app.add_typer(accounts.app, name="user")
app.command("import")(rosters.import_roster)
app.command("import-studios")(rosters.import_studios)
app.command("advance")(work.advance)
app.command("dispatch")(work.dispatch_mail)
app.command("doctor")(checking.doctor)
app.command("rehearse")(rehearsing.rehearse)
app.command("simulate")(simulating.simulate)


class Role(StrEnum):
    """What a process does."""

    ALL = "all"
    WEB = "web"
    CLOCK = "clock"


@app.command()
def serve(
    role: Annotated[
        Role, typer.Option(help="all：网页、时钟、Prefect 一起（默认）；web：只有网页；clock：只有时钟")
    ] = Role.ALL,
    *,
    prepared: Annotated[bool, typer.Option("--prepared", hidden=True)] = False,
) -> None:
    """启动：建库、升级，空库装入演示数据，然后提供网页并照看到期的事。 / Start."""
    from flows.orchestration import serving
    from models.session import database

    serving.show_logs()
    serving.stop_on_request()
    engine = database() if prepared else serving.prepare(say, draw_bar)
    if role is Role.CLOCK:
        serving.serve_clock()
        return
    from web.app import create_app

    with suppress(KeyboardInterrupt):  # the ordinary way to end
        if role is Role.WEB:
            serving.serve_web(create_app, engine, lambda: serving.announce(engine, say, ""))
        else:
            serving.serve_all(create_app, engine, say)
    say("已停止。")


@app.command()
def demo() -> None:
    """在空数据库里装入演示教育局。 / Load the demonstration bureau."""
    from demo.showing import PASSWORD, demo_accounts, load_demo
    from flows.engine.clock import SystemClock
    from models.schema import upgrade
    from models.session import database

    upgrade(database())
    if not load_demo(database(), SystemClock().now(), progress=draw_bar):
        raise WrongWords("数据库里已有内容，没有装入演示数据。请换一个空的数据库（STUDIOFLOW_DATABASE_URL）。")
    say(f"演示教育局已装入。密码都是 {PASSWORD}：")
    for one in demo_accounts(database()):
        say(f"  {one.login:<10} {one.title}　{one.name}")


def main() -> None:
    """The console entry point: 0 done, 1 refused or faulty, 2 wrongly called, 130 stopped by Ctrl-C."""
    sys.exit(failing_plainly(app))


if __name__ == "__main__":
    main()
