"""Opens a workbook that a stranger sent: measured before it is unpacked, formulas kept as formulas."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

MEGABYTE = 1024 * 1024
MOST_BYTES, MOST_UNPACKED, MOST_ENTRIES, MOST_RATIO = 20 * MEGABYTE, 64 * MEGABYTE, 2_000, 100
MOST_ROWS, MOST_COLUMNS, MOST_CELLS, MOST_ELEMENTS, MOST_LETTERS = 50_000, 100, 1_000_000, 6_000_000, 20_000_000
NEEDED = re.compile(
    r"(\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook|styles|sharedStrings)\.xml|xl/_rels/workbook\.xml\.rels|xl/worksheets/[^/]+\.xml)",
    re.IGNORECASE,
)
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Cell = int | float | str | bool | time | date | datetime | timedelta
Grid = list[list[Cell]]


class UnreadableWorkbook(ValueError):  # noqa: N818  it names what came in
    """The file as a whole cannot be read; the words say why and what to do."""


def open_workbook(content: bytes) -> dict[str, Grid]:
    """Every sheet by name, cells from A1 on; a formula is the text of the formula, whatever it last gave.

    Raises UnreadableWorkbook for what is no .xlsx file, is too large, or unpacks to too much.
    """
    parts = _unpack(content)
    letters = _shared_letters(parts)
    formulas = {
        path: _measure(path, body, letters) for path, body in parts.items() if path.startswith("xl/worksheets/")
    }
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(_pack(parts)))
        grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
        paths = _sheet_paths(parts)
    except (CalamineError, ParseError, KeyError, ValueError, OSError) as error:
        raise UnreadableWorkbook("工作簿的内容已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传") from error
    for name, grid in grids.items():
        for (row, column), formula in formulas.get(paths.get(name, ""), {}).items():
            _put(grid, row, column, formula)
    return grids


def _unpack(content: bytes) -> dict[str, bytes]:
    if len(content) > MOST_BYTES:
        raise UnreadableWorkbook(
            f"文件有 {len(content) / MEGABYTE:.1f} MB，超过上限 {MOST_BYTES // MEGABYTE} MB，请分几次导入"
        )
    if content[:4] != b"PK\x03\x04":
        raise UnreadableWorkbook(
            "这不是 .xlsx 文件（旧版 .xls、WPS .et 或带密码的文件也不行），请去掉密码并另存为 .xlsx 再上传"
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _read_parts(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        raise UnreadableWorkbook("文件已损坏或带有密码，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传") from error


def _read_parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise UnreadableWorkbook(f"文件里有 {len(entries)} 个部分，超过上限 {MOST_ENTRIES}，请把数据复制到模板里再上传")
    if sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise UnreadableWorkbook(f"文件展开后超过 {MOST_UNPACKED // MEGABYTE} MB，请把数据复制到模板里再上传")
    parts: dict[str, bytes] = {}
    for entry in entries:
        if entry.file_size > MEGABYTE and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise UnreadableWorkbook("文件的压缩比异常，不予展开，请把数据复制到模板里再上传")
        if NEEDED.fullmatch(entry.filename):
            if entry.filename in parts:
                raise UnreadableWorkbook("文件里有同名的部分，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传")
            with archive.open(entry) as stream:
                parts[entry.filename] = _read_all(stream, entry.file_size)
    return parts


def _read_all(stream: IO[bytes], promised: int) -> bytes:
    body = stream.read(promised + 1)
    if len(body) != promised:
        raise UnreadableWorkbook("文件的长度与目录不符，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传")
    return body


def _pack(parts: dict[str, bytes]) -> bytes:
    # The reader gets only what was measured: a zip can say one size in its directory and unpack to another.
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path, body in parts.items():
            archive.writestr(path, body)
    return packed.getvalue()


@dataclass(slots=True)
class _Meter:
    """Counts a sheet while it streams by, and keeps its formulas."""

    path: str
    letters: list[int]
    row: int = 0
    column: int = 0
    elements: int = 0
    cells: int = 0
    text: int = 0
    shared: bool = False
    inside: str = ""
    piece: list[str] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise UnreadableWorkbook("工作表太大，请把数据复制到模板里再上传")
        match tag.rpartition(":")[2]:
            case "row":
                self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            case "c":
                self._cell(attributes)
            case "v" | "is" | "f" as name:
                self.inside, self.piece = name, []
                if name != "f":
                    self._valued()

    def _cell(self, attributes: dict[str, str]) -> None:
        found = REFERENCE.fullmatch(attributes.get("r", ""))
        if found:
            self.column, self.row = _column_number(found[1]), int(found[2])
        else:
            self.column += 1
        self.shared = attributes.get("t") == "s"

    def _valued(self) -> None:
        self.cells += 1
        if self.row > MOST_ROWS:
            raise UnreadableWorkbook(f"第 {self.row} 行还有内容，最多 {MOST_ROWS} 行，请删去下面的空行，或分几次导入")
        if self.column > MOST_COLUMNS:
            raise UnreadableWorkbook(f"第 {self.column} 列还有内容，最多 {MOST_COLUMNS} 列，请删去右边的空列")
        if self.cells > MOST_CELLS:
            raise UnreadableWorkbook(f"单元格超过 {MOST_CELLS} 个，请分几次导入")

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == self.inside:
            self._close(name, "".join(self.piece))
            self.inside = ""

    def _close(self, name: str, text: str) -> None:
        if name == "f":
            if self.row <= MOST_ROWS and self.column <= MOST_COLUMNS:
                self.formulas[self.row - 1, self.column - 1] = f"={text[:200]}"
            return
        index = int(text) if self.shared and text.strip().isdecimal() else -1
        self.text += self.letters[index] if 0 <= index < len(self.letters) else len(text)
        if self.text > MOST_LETTERS:
            raise UnreadableWorkbook("单元格里的文字太多，请分几次导入")

    def read(self, text: str) -> None:
        if self.inside:
            self.piece.append(text)


def _measure(path: str, body: bytes, letters: list[int]) -> dict[tuple[int, int], str]:
    meter = _Meter(path, letters)
    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = meter.start, meter.end
    parser.CharacterDataHandler = meter.read
    _parse(parser, body)
    return meter.formulas


def _shared_letters(parts: dict[str, bytes]) -> list[int]:
    # One long shared text may be named by a million cells; its length is weighed once for each of them.
    body = next((body for path, body in parts.items() if path.lower() == "xl/sharedstrings.xml"), None)
    lengths: list[int] = []

    def start(tag: str, _attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def read(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    if body is not None:
        parser = _parser()
        parser.StartElementHandler, parser.CharacterDataHandler = start, read
        _parse(parser, body)
    return lengths


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise UnreadableWorkbook("文件里有不该有的外部引用，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传")


def _parse(parser: expat.XMLParserType, body: bytes) -> None:
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, UnreadableWorkbook):
            raise
        raise UnreadableWorkbook("工作簿的内容已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传") from error


def _sheet_paths(parts: dict[str, bytes]) -> dict[str, str]:
    targets = {
        one.get("Id", ""): one.get("Target", "")
        for one in _elements(parts["xl/_rels/workbook.xml.rels"], "Relationship")
    }
    found = {}
    for sheet in _elements(parts["xl/workbook.xml"], "sheet"):
        link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        target = targets.get(link, "")
        found[sheet.get("name", "")] = (
            target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        )
    return found


def _elements(body: bytes, name: str) -> Iterator[Element]:
    _parse(_parser(), body)  # refuses a DOCTYPE before the tree is built
    parser = XMLParser(target=TreeBuilder())  # noqa: S314  no entities are left to expand
    parser.feed(body)
    root: Element = parser.close()
    return (one for one in root.iter() if one.tag.rpartition("}")[2] == name)


def _put(grid: Grid, row: int, column: int, formula: str) -> None:
    width = max((len(line) for line in grid), default=0)
    while len(grid) <= row:
        grid.append([""] * width)
    grid[row].extend([""] * (column + 1 - len(grid[row])))
    grid[row][column] = formula


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
