"""studioflow advance, dispatch: what the clock does, once and by hand."""

from typing import Annotated

import typer

from flows.orchestration.commands.speech import FAULTY, complain, say


def advance(
    now: Annotated[
        str, typer.Option(help="当作这个时刻来看，如 2026-04-01T08:00（只在库的副本上演练时用）；不写为现在")
    ] = "",
) -> None:
    """看一次到期的事并全部办完：期限、提醒、名单、通知。 / One look at what is due."""
    from flows.orchestration.commands.acting import moment, opened
    from flows.orchestration.looks import look
    from flows.regulations import regulations
    from notifications.digest import digest

    engine, present = opened()
    then = moment(now, present)
    digests = digest(engine, then)
    report = look(engine, regulations(), then)
    swept = report.swept
    say(
        f"到期 {swept.fired} 件，提醒 {swept.reminded} 条，推迟 {swept.put_off} 件，异常 {swept.incidents} 件，名单 {report.settled} 人，晨报 {digests} 份，通知 {report.dispatched} 条。"
    )
    if report.errors:
        complain("\n".join(report.errors))
        raise typer.Exit(FAULTY)


def dispatch_mail() -> None:
    """发出已到时间的通知。 / Send what is queued."""
    from flows.orchestration.commands.acting import opened
    from flows.orchestration.looks import send_mail

    engine, now = opened()
    say(f"已处理 {send_mail(engine, now)} 条通知。")
