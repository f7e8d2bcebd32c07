"""How the command line speaks: plain Chinese on standard output, mistakes on standard error, and exit codes."""

import sys
from collections.abc import Callable
from typing import Any

import typer

DONE, FAULTY, STOPPED = 0, 1, 130
BAR = 40
# Errors whose own words tell a person what to do; by name, so that nothing is imported before it is needed.
PLAIN = {
    "Conflict", "FaultyProgramme", "FileNotFoundError", "NotFound", "NotOurs", "PortTaken", "Refused", "UnreadableWorkbook", "WrongWords",
}  # fmt: skip
DATABASE = {"OperationalError", "ProgrammingError"}


class WrongWords(Exception):  # noqa: N818  what was typed cannot be meant
    """Something on the command line that cannot be understood; says what to write."""


def say(text: str) -> None:
    """One line on standard output."""
    typer.echo(text)


def complain(text: str) -> None:
    """One line on standard error."""
    typer.echo(text, err=True)


def draw_bar(share: float) -> None:
    """How far something has come, from 0 to 1, on one line of a terminal that is wiped at the end; nothing elsewhere."""
    if not sys.stderr.isatty():
        return
    filled = round(BAR * min(max(share, 0.0), 1.0))
    line = f"\r{'━' * filled}{'·' * (BAR - filled)} {share:4.0%}" if share < 1 else f"\r{' ' * (BAR + 6)}\r"
    sys.stderr.write(line)
    sys.stderr.flush()


def failing_plainly(app: Callable[..., Any]) -> int:
    """Run the command line; a refusal or mistake is said in its own words, without a traceback. Returns the exit code."""
    try:
        answer = app(standalone_mode=False)
    except KeyboardInterrupt:
        complain("已停止。")
        return STOPPED
    except Exception as error:
        words = _in_words(error)
        if words is None:
            raise
        complain(words)
        return int(getattr(error, "exit_code", FAULTY))
    return answer if isinstance(answer, int) else DONE


def _in_words(error: Exception) -> str | None:
    names = {one.__name__ for one in type(error).__mro__}
    if "Abort" in names:
        return "已取消。"
    if hasattr(error, "format_message"):  # what typer says of a wrong option or argument
        return f"命令写法不对：{error.format_message()}\n用 --help 看怎么写。"
    said = _of_the_machine(error, names)
    if said is not None:
        return said
    if names & PLAIN:
        return "\n".join([str(error), *(f"  · {one}" for one in getattr(error, "missing", ()))])
    if names & DATABASE:
        return f"数据库连不上，或还没有建好：{str(error).splitlines()[0]}\n请检查 STUDIOFLOW_DATABASE_URL；建库请运行 studioflow serve 或 studioflow demo。"
    return None


def _of_the_machine(error: Any, names: set[str]) -> str | None:
    """What files and settings do not allow."""
    if "FileNotFoundError" in names:
        return f"找不到文件：{getattr(error, 'filename', None) or error}"
    if "OSError" in names and getattr(error, "filename", None):
        why = {"IsADirectoryError": "这是文件夹", "PermissionError": "没有权限"}
        return f"读不了或写不了 {error.filename}：{why.get(type(error).__name__, error.strerror)}。"
    if getattr(error, "title", "") == "Settings":
        wrong = "、".join(f"STUDIOFLOW_{'_'.join(map(str, one['loc'])).upper()}" for one in error.errors())
        return f"设置写得不对：{wrong}。各项怎样写，见 docs/operations.md。"
    return None
