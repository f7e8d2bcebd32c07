"""studioflow programme: draft, check, show, compare, draw, list and adopt regulations."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.orchestration.commands.drafting import new
from flows.orchestration.commands.speech import FAULTY, WrongWords, complain, say

if TYPE_CHECKING:
    from flows.programme import Programme

app = typer.Typer(help="办法：起草、检查、查看、比较、画图、列出、启用。 / Regulations.", no_args_is_help=True)
app.command("new")(new)
DRAWING = Path(__file__).resolve().parents[3] / "docs" / "lifecycle.md"


class Language(StrEnum):
    """In which words mistakes are said."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="办法文件（YAML）")],
    language: Annotated[Language, typer.Option("--lang", help="差错用什么话说：zh、en 或 both")] = Language.BOTH,
) -> None:
    """检查办法文件；有错逐条指出文件、行、位置和应当怎样写，退出码 1。 / Check programme files."""
    from flows.programme import check as faults_of
    from flows.programme import mistakes_text

    for file in files:
        if not file.is_file():
            raise FileNotFoundError(2, "", str(file))
    checked = [file for file in files if file.name != "defaults.yaml"]  # shared values, no programme
    faults = faults_of(checked)
    faulty = {fault.file for fault in faults}
    for file in checked:
        if file.name not in faulty:
            say(f"{file}: no mistakes" if language is Language.EN else f"{file}：没有差错")
    if faults:
        complain(mistakes_text(faults, language.value))
        raise typer.Exit(FAULTY)


@app.command()
def show(code: Annotated[str, typer.Argument(help="办法代码，或办法文件")]) -> None:
    """打印一个办法的全过程，每一步注明出自哪一条。 / Print a programme's lifecycle with its clauses."""
    from flows.programme import coverage, library, lifecycle_text, load

    if code not in library() and not Path(code).is_file():
        raise WrongWords(f"没有叫 {code} 的办法。现有：{'、'.join(library())}")
    programme = load(code)
    say(lifecycle_text(programme))
    seen = coverage(programme)
    say(
        f"条款：写成规则 {len(seen.encoded)} 条，只作说明 {len(seen.prose)} 条"
        + (f"，没有写到：{'、'.join(seen.missed)}" if seen.missed else "")
    )


@app.command()
def coverage(
    code: Annotated[
        str | None, typer.Argument(help="办法代码、办法文件，或已启用的版本（代码@版本号）；不写就逐个看办法库")
    ] = None,
) -> None:
    """逐条列出原文各条款：写成规则的、只作说明的、没有写到的；有没有写到的，退出码 1。 / Clauses of a text, and what became of each."""
    from flows.programme import library, load

    if code is not None:
        if _clauses_of(_meant(code, "")):
            raise typer.Exit(FAULTY)
        return
    programmes = [load(one) for one in library()]
    whole = [one for one in programmes if not _missed(one)]
    for one in programmes:
        missed = _missed(one)
        say(f"{one.code}　{one.title}　{'没有写到 ' + '、'.join(missed) if missed else '没有遗漏'}")
    say(f"{len(programmes)} 个办法，{len(whole)} 个没有遗漏")
    if len(whole) < len(programmes):
        raise typer.Exit(FAULTY)


def _missed(programme: "Programme") -> tuple[str, ...]:
    from flows.programme import coverage as covered_by

    return covered_by(programme).missed


def _clauses_of(programme: "Programme") -> bool:
    """Say what became of each clause; whether one was missed."""
    from flows.programme import coverage as covered_by

    seen = covered_by(programme)
    for clause in seen.encoded:
        say(f"规则　{clause}　{programme.clauses.texts.get(clause, '')}".rstrip())
    for clause, why in seen.prose.items():
        say(f"说明　{clause}　{why}")
    for clause in seen.missed:
        say(f"没有写到　{clause}")
    say(f"写成规则 {len(seen.encoded)} 条，只作说明 {len(seen.prose)} 条，没有写到 {len(seen.missed)} 条")
    return bool(seen.missed)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="旧的：办法代码、办法文件，或已启用的版本（代码@版本号）")],
    new: Annotated[str, typer.Argument(help="新的：写法相同")],
    body: Annotated[str, typer.Option(help="同一代码有几个主管部门启用时，主管部门的机构编码")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """逐条比较两个办法或两个版本：增加、删去、改动，各注明出处。 / Compare two programmes rule by rule."""
    from flows.programme import compare, comparison_text

    before, after = _meant(old, body), _meant(new, body)
    if as_json:
        say(json.dumps([change.as_row() for change in compare(before, after)], ensure_ascii=False, indent=2))
    else:
        say(comparison_text(before, after))


def _meant(word: str, body: str) -> "Programme":
    """The programme of a code, a file, or `code@number` of one that was adopted. Raises WrongWords."""
    from flows.programme import library, load

    code, at, number = word.rpartition("@")
    if at and number.isdigit() and not Path(word).is_file():
        return _adopted(code, int(number), body)
    if word not in library() and not Path(word).is_file():
        raise WrongWords(f"没有叫 {word} 的办法。现有：{'、'.join(library())}；已启用的版本写成 代码@版本号。")
    return load(word)


def _adopted(code: str, number: int, body: str) -> "Programme":
    from flows.orchestration.commands.acting import authority, opened
    from flows.programme import from_expanded
    from models import ProgrammeVersion
    from models.queries.programmes import versions
    from models.session import transaction

    engine, _now = opened()
    with transaction(engine) as session:
        rows = [row for row in versions(session, code) if row.number == number]
        if body:
            rows = [row for row in rows if row.authority_id == authority(session, body)]
        if not rows:
            raise WrongWords(f"没有启用过 {code} 的第 {number} 版。")
        if len(rows) > 1:
            raise WrongWords(f"有 {len(rows)} 个主管部门启用过 {code} 的第 {number} 版，请用 --body 写明机构编码。")
        version = session.get_one(ProgrammeVersion, rows[0].id)
        return from_expanded(version.expanded)


@app.command()
def schema(
    target: Annotated[Path | None, typer.Argument(help="写到哪个文件；不写则打印")] = None,
) -> None:
    """打印办法文件的 JSON Schema，供编辑器补全和查错。 / The JSON Schema of a programme file, for editors."""
    from flows.programme.editor_schema import editor_schema

    text = json.dumps(editor_schema(), ensure_ascii=False, indent=2)
    if target is None:
        say(text)
    else:
        target.write_text(text + "\n", encoding="utf-8")
        say(f"已写入 {target}")


@app.command("list")
def list_programmes() -> None:
    """列出随软件提供的办法。 / List the programmes that come with the software."""
    from flows.programme import library, load

    for code in library():
        programme = load(code)
        say(f"{code:<26}{programme.title}　{programme.source}")


@app.command()
def draw(target: Annotated[Path, typer.Argument(help="写到哪里")] = DRAWING) -> None:
    """由代码画出各阶段的状态图，写入 docs/lifecycle.md。 / Draw the state diagrams from the code."""
    from flows.lifecycle import drawing

    target.write_text(drawing(), encoding="utf-8")
    say(f"已写入 {target}")


@app.command()
def adopt(
    code: Annotated[str, typer.Argument(help="办法代码，或办法文件")],
    body: Annotated[str, typer.Option(help="主管部门的机构编码；只有一个最高机构时可以不写")] = "",
    since: Annotated[str, typer.Option(help="自哪一天起施行，如 2026-01-01；不写为今天")] = "",
) -> None:
    """由主管部门启用一个办法；同样的文本启用两次只算一次。 / Adopt a programme."""
    from flows.office.adoption import adopt as adopt_programme
    from flows.orchestration.commands.acting import authority, day, opened
    from flows.programme import load
    from models.session import transaction

    engine, now = opened()
    programme = load(code)
    with transaction(engine) as session:
        version_id = adopt_programme(session, programme, authority(session, body), day(since, now))
    say(f"已启用：{programme.title}（版本 {version_id}）")
