"""Papers: whatever page takes a file, what is in it decides, and a refusal keeps nothing."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from models import File, Objection
from models.columns import table_of
from models.session import transaction
from models.settings import settings
from tests.browsing import client_of, form
from tests.integration.test_pages_notices import FACTS, posted
from tests.integration.test_pages_notices import world as world  # noqa: PLC0414  the fixture
from tests.world import World

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def counted(engine: Engine, model: type) -> int:
    with transaction(engine) as session:
        return int(session.execute(select(func.count()).select_from(table_of(model))).scalar_one())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("事实.pdf", b"MZ\x90\x00 a program", "文件的内容不是 PDF"),
        ("照片.jpg", b"<script>alert(1)</script>", "文件的内容不是 JPG"),
        ("旧.doc", b"\xd0\xcf\x11\xe0", "没有传上"),
        ("空.png", b"", "文件是空的"),
    ],
)
def test_objection_refuses_a_file_that_is_not_what_it_says(world: World, name: str, content: bytes, says: str) -> None:
    code = posted(world)
    sent = form(entry="1", facts=FACTS, signed="anonymous")
    answer = client_of(world).post(f"/notices/{code}/objections", data=sent, files={"files": (name, content)})
    assert answer.status_code == 409
    assert says in answer.text
    assert counted(world.engine, Objection) == counted(world.engine, File) == 0
    assert not [one for one in Path(settings().files).rglob("*") if one.is_file()]


def test_objection_keeps_a_file_that_is_what_it_says(world: World) -> None:
    code = posted(world)
    sent = form(entry="1", facts=FACTS, signed="anonymous")
    answer = client_of(world).post(f"/notices/{code}/objections", data=sent, files={"files": ("事实.PDF", PDF)})
    assert answer.status_code == 303
    with transaction(world.engine) as session:
        kept = session.execute(select(table_of(Objection).c.files)).scalar_one()
    assert [one["name"] for one in kept] == ["1.pdf"]
    with transaction(world.engine) as session:
        assert session.execute(select(table_of(File).c.type)).scalar_one() == "application/pdf"
