"""Photos are kept without where they were taken."""

import struct
from io import BytesIO

from models.photos import without_place


def exif(turned: int, place: bytes) -> bytes:
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0) + place
    note = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note


def jpeg(*notes: bytes) -> bytes:
    tables = b"\xff\xdb" + struct.pack(">H", 5) + b"abc"
    return b"\xff\xd8" + b"".join(notes) + tables + b"\xff\xda\x00\x02scan\xff\xd9"


def test_photo_loses_its_place_and_keeps_which_way_up_it_is() -> None:
    plain = without_place(BytesIO(jpeg(exif(6, b"GPS 42.26N 118.89E")))).read()
    assert b"GPS" not in plain
    assert plain == jpeg(exif(6, b""))


def test_photo_that_stands_upright_has_no_note_at_all() -> None:
    assert without_place(BytesIO(jpeg(exif(1, b"GPS")))).read() == jpeg()


def test_png_loses_what_was_written_beside_it() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + b"crc."

    head = b"\x89PNG\r\n\x1a\n"
    sent = head + chunk(b"IHDR", b"x") + chunk(b"eXIf", b"GPS") + chunk(b"IDAT", b"y") + chunk(b"IEND", b"")
    assert without_place(BytesIO(sent)).read() == head + chunk(b"IHDR", b"x") + chunk(b"IDAT", b"y") + chunk(
        b"IEND", b""
    )


def test_what_cannot_be_read_stays_as_it_was_sent() -> None:
    for sent in (b"%PDF-1.7", b"\xff\xd8\xff", b"\xff\xd8nonsense", b""):
        assert without_place(BytesIO(sent)).read() == sent
