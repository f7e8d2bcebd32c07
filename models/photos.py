"""Photos (照片): kept without where they were taken and with what; only which way up they are stays."""

import struct
from io import BytesIO
from typing import BinaryIO

JPEG, PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
START_OF_SCAN, EXIF, COMMENT = 0xDA, 0xE1, 0xFE
ORIENTATION = 0x0112
SPEAKING = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}


def without_place(stream: BinaryIO) -> BinaryIO:
    """The same picture without what the camera wrote beside it; what is no JPEG or PNG, or cannot be read, comes back as it is."""
    content = stream.read()
    try:
        if content.startswith(JPEG):
            content = _plain_jpeg(content)
        elif content.startswith(PNG):
            content = _plain_png(content)
    except (struct.error, IndexError, ValueError):
        pass
    return BytesIO(content)


def _plain_jpeg(content: bytes) -> bytes:
    """A JPEG without its application notes from APP1 on and without comments, but with its orientation."""
    kept, place, turned = [], 2, 0
    while place < len(content):
        if content[place] != 0xFF:
            raise ValueError("no marker")
        kind = content[place + 1]
        if kind == START_OF_SCAN:
            break
        length = struct.unpack(">H", content[place + 2 : place + 4])[0]
        part = content[place : place + 2 + length]
        if kind == EXIF:
            turned = turned or _orientation(part[4:])
        elif kind not in (0xED, COMMENT):  # APP13 holds captions and places too
            kept.append(part)
        place += 2 + length
    return JPEG + (_exif(turned) if turned > 1 else b"") + b"".join(kept) + content[place:]


def _orientation(note: bytes) -> int:
    """Which way up a photo is, from its EXIF note; 0 where it does not say."""
    if not note.startswith(b"Exif\x00\x00"):
        return 0
    tiff = note[6:]
    order = "<" if tiff[:2] == b"II" else ">"
    first = struct.unpack(f"{order}I", tiff[4:8])[0]
    for n in range(struct.unpack(f"{order}H", tiff[first : first + 2])[0]):
        entry = first + 2 + 12 * n
        if struct.unpack(f"{order}H", tiff[entry : entry + 2])[0] == ORIENTATION:
            return int(struct.unpack(f"{order}H", tiff[entry + 8 : entry + 10])[0])
    return 0


def _exif(turned: int) -> bytes:
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
    note = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note


def _plain_png(content: bytes) -> bytes:
    kept, place = [PNG], len(PNG)
    while place < len(content):
        length = struct.unpack(">I", content[place : place + 4])[0]
        part = content[place : place + 12 + length]
        if part[4:8] not in SPEAKING:
            kept.append(part)
        place += 12 + length
    return b"".join(kept)
