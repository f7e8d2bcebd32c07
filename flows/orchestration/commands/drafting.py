"""studioflow programme new: asks what a regulation cannot do without, and writes a file that check accepts."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.orchestration.commands.speech import FAULTY, WrongWords, complain, say


def new(
    file: Annotated[Path | None, typer.Argument(help="写到哪个文件；不写则为 代号.yaml")] = None,
    *,
    answers: Annotated[Path | None, typer.Option(help="答案文件（YAML，问题名: 答案）；没有写到的取默认")] = None,
    said: Annotated[list[str] | None, typer.Option("--set", help="直接作答，如 --set level=county，可写几次")] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="没有作答的都取默认，不再问")] = False,
    force: Annotated[bool, typer.Option("--force", help="文件已有也重写")] = False,
) -> None:
    """起草一个办法：逐项提问，写出通过检查的完整文件；没有作答的取共用默认。 / Draft a programme file."""
    from flows.programme import check, mistakes_text
    from flows.programme.drafting import WrongAnswer, answers_of, draft

    given = _given(answers, said or [])
    if not (defaults or answers or said):
        given = _asked(given)
    try:
        taken = answers_of(given)
    except WrongAnswer as wrong:
        raise WrongWords(str(wrong)) from None
    target = file or Path(f"{taken.code}.yaml")
    if target.exists() and not force:
        raise WrongWords(f"{target} 已经有了。换一个文件名，或加 --force 重写。")
    target.write_text(draft(taken), encoding="utf-8")
    faults = check([target])
    if faults:
        complain(mistakes_text(faults))
        raise typer.Exit(FAULTY)
    say(f"已写入 {target}，没有差错。文件里 # ▷ 是接下来要做的；怎样写见 docs/writing-a-programme.md。")
    say(f"下一步：studioflow programme show {target}")


def _given(answers: Path | None, said: list[str]) -> dict[str, Any]:
    from flows.programme.reading import read

    given: dict[str, Any] = {}
    if answers is not None:
        sheet = read(answers.read_text(encoding="utf-8"), answers.name)
        if sheet.faults:
            raise WrongWords(f"答案文件看不懂：{sheet.faults[0]}")
        given |= {
            key: ",".join(map(str, value)) if isinstance(value, list) else value for key, value in sheet.values.items()
        }
    for one in said:
        key, sign, value = one.partition("=")
        if not sign:
            raise WrongWords(f"--set 要写成 问题=答案，如 level=county：{one}")
        given[key.strip()] = value
    return given


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """Ask each question; an answer that cannot be taken is asked again."""
    from flows.programme.drafting import QUESTIONS, Answers, WrongAnswer, answers_of

    blank = Answers()
    complain("逐项回答，直接回车取方括号里的默认。")
    for key, question in QUESTIONS.items():
        while True:
            answer = typer.prompt(
                question, default=str(getattr(blank, key)), show_default=bool(str(getattr(blank, key))), err=True
            )
            try:
                answers_of({**given, key: answer})
            except WrongAnswer as wrong:
                if not sys.stdin.isatty():
                    raise
                complain(str(wrong))
                continue
            given[key] = answer
            break
    return given
