"""All papers of an application in one archive (全部下载): each under a name of ours, with a list of names and hashes."""

from collections.abc import Sequence
from typing import IO, Any

from flows.engine.calendar import local_day
from models.files import ENDINGS
from web.display import formal_day
from web.i18n import _
from web.views.archive_package import Package, listed, safe_name


def papers_package(papers: Sequence[Any]) -> IO[bytes]:
    """The papers for whoever may see the application: the list also says the names they were sent under, and when."""
    made = Package()
    rows = [[_("序号"), _("材料"), _("上传时的文件名"), _("上传日期"), _("文件"), "SHA-256"]]
    for n, one in enumerate(papers, start=1):
        sent_on = formal_day(local_day(one.uploaded_at))
        rows.append([str(n), one.slot, one.filename, sent_on, *_stored(made, n, one.slot, one)])
    return _finished(made, rows)


def material_package(papers: Sequence[Any], names: Sequence[str]) -> IO[bytes]:
    """The papers for an expert, under the names the sheet shows them by: not what they were sent as, by whom or when."""
    made = Package()
    rows = [[_("序号"), _("材料"), _("文件"), "SHA-256"]]
    for n, (one, name) in enumerate(zip(papers, names, strict=True), start=1):
        rows.append([str(n), name, *_stored(made, n, name, one)])
    return _finished(made, rows)


def _stored(made: Package, n: int, name: str, paper: Any) -> list[str]:
    """Put one paper into the archive; its name there (or that it is gone) and its hash."""
    file = f"{n:02} {safe_name(name)}{ENDINGS.get(paper.type, '')}"
    return [file if made.keep(file, paper.file_sha256) else _("文件缺失"), paper.file_sha256]


def _finished(made: Package, rows: Sequence[Sequence[str]]) -> IO[bytes]:
    made.write("目录.csv", listed(rows))
    return made.finish()
