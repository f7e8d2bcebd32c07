"""A studio's file to take away (档案下载): every paper and what was written, the growth files, the ledger, and a hash of each."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flows.engine.work import Work
from flows.office.ledger import yuan
from flows.programme.comparing_words import VALUES_ZH
from models.files import ENDINGS, place_of
from models.files import KINDS as KINDS_OF_FILES
from models.queries.activities import files_of
from models.queries.money import lines
from web.display import formal_day
from web.i18n import _
from web.views.studio_archive import FilePart, Item, PersonFile
from web.views.studio_funds import KINDS

UNSAFE = re.compile(r"[^\w一-鿿·（）()\-]+")
IN_MEMORY = 16 * 1024 * 1024


class Package:
    """An archive under way: what is put in is hashed and listed."""

    def __init__(self) -> None:
        """Begins an empty archive, kept in memory while it is small."""
        self.output = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the answer closes it
        self.archive = zipfile.ZipFile(self.output, "w", zipfile.ZIP_STORED)
        self.sums: list[tuple[str, str]] = []

    def write(self, name: str, content: bytes) -> str:
        """Put something made here into the archive; returns its hash."""
        self.archive.writestr(name, content)
        self.sums.append((hashlib.sha256(content).hexdigest(), name))
        return self.sums[-1][0]

    def keep(self, name: str, digest: str) -> bool:
        """Put a stored paper into the archive; whether it is still there."""
        place = place_of(digest)
        if place.is_file():
            self.archive.write(place, name)
            self.sums.append((digest, name))
        return place.is_file()

    def finish(self) -> IO[bytes]:
        """The whole, with `SHA256SUMS` over all of it."""
        self.archive.writestr("SHA256SUMS", "".join(f"{digest}  {name}\n" for digest, name in self.sums))
        self.archive.close()
        self.output.seek(0)
        return self.output


def package(work: Work, studio_id: int, parts: Sequence[FilePart], people: Sequence[PersonFile]) -> IO[bytes]:
    """The studio's file as an archive: each part a folder with its papers and what was written, growth files, ledger, contents."""
    made = Package()
    contents = [[_("部分"), _("名称"), _("日期"), _("说明"), _("文件"), "SHA-256"]]
    files = _by_record(work, parts)
    for n, part in enumerate(parts, start=1):
        folder = f"{n:02} {safe_name(part.title)}"
        for at, item in enumerate(part.items, start=1):
            kept = files.get(item.record_id or 0, ())
            ledger = _ledger(work, studio_id) if item.kind == "money" and item.record_id is None else b""
            contents += _stored(made, folder, part, at, item, kept, ledger)
    for n, person in enumerate(people, start=1):
        made.write(f"{_('成长档案')}/{n:02} {safe_name(person.name)}.csv", _grown(person))
    made.write("目录.csv", listed(contents))
    return made.finish()


def _by_record(work: Work, parts: Sequence[FilePart]) -> Mapping[int, list[Any]]:
    ids = {item.record_id for part in parts for item in part.items if item.record_id}
    found: dict[int, list[Any]] = {}
    for row in files_of(work.session, ids) if ids else ():
        found.setdefault(row.record_id, []).append(row)
    return found


def _stored(
    made: Package, folder: str, part: FilePart, at: int, item: Item, files: Iterable[Any], ledger: bytes
) -> list[list[str]]:
    """Put one item in the archive; returns its lines of the list of contents. A paper that is gone is named as such."""
    said = [part.title, item.title, formal_day(item.on) if item.on else "", item.detail]
    base = f"{folder}/{item.record_id or f'{at:03}'}"
    rows = []
    if item.text or ledger:
        name = f"{base} {safe_name(item.title)}{'.csv' if ledger else '.txt'}"
        rows.append([*said, name, made.write(name, ledger or item.text.encode("utf-8-sig"))])
    for n, one in enumerate(files, start=1):
        proof = VALUES_ZH["proof"].get(one.proof, one.proof)
        name = f"{base}-{n} {safe_name(item.title)} {safe_name(proof)}{ENDINGS.get(one.type, '')}"
        rows.append([*said, name if made.keep(name, one.file_sha256) else _("文件缺失"), one.file_sha256])
    for n, (digest, called) in enumerate(item.papers, start=1):
        name = f"{base}-{n} {safe_name(called.removesuffix(ending_of(called)))}{ending_of(called)}"
        rows.append([*said, name if made.keep(name, digest) else _("文件缺失"), digest])
    return rows or [[*said, "", ""]]


def ending_of(name: str) -> str:
    """The ending of a file's name, where it is one we take."""
    ending = Path(name).suffix
    return ending if ending.lower() in KINDS_OF_FILES else ""


def _ledger(work: Work, studio_id: int) -> bytes:
    head = [_("序号"), _("日期"), _("类别"), _("用途"), _("事由"), _("凭证号"), _("金额（元）"), _("登记人")]
    return listed([head, *([str(one.number), formal_day(one.on), _(KINDS.get(one.kind, one.kind)), one.use or "", one.what or "", one.voucher or "", yuan(one.fen), one.by]
                            for one in lines(work.session, studio_id))], figures=frozenset({6}))  # fmt: skip


def _grown(person: PersonFile) -> bytes:
    head = [_("部分"), _("名称"), _("日期"), _("说明")]
    return listed([[person.name, person.body, "", ""], head, *([part.title, item.title, formal_day(item.on) if item.on else "", item.detail]
                                                               for part in person.parts for item in part.items)])  # fmt: skip


def safe_name(text: str) -> str:
    """What was written, as part of the name of a file on any machine."""
    return UNSAFE.sub(" ", text).strip()[:60] or _("未命名")


def listed(rows: Iterable[Sequence[str]], figures: frozenset[int] = frozenset()) -> bytes:
    """Rows as a list that spreadsheets open: with a mark for their encoding, and nothing that they would take for a formula."""
    said = io.StringIO()
    writer = csv.writer(said)
    for row in rows:
        writer.writerow(
            [
                f"'{cell}" if n not in figures and cell[:1] in {"=", "+", "-", "@"} else cell
                for n, cell in enumerate(row)
            ]
        )
    return said.getvalue().encode("utf-8-sig")
