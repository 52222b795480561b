"""ZIP archives that were tampered with."""

import io
import random
import warnings
import zipfile

from mutations import changed_bytes, changed_file

ENCRYPTED, UNKNOWN_METHOD = (6, 1), (8, 99)  # the field of an entry, and a value
NAMES = ("../x", "/x", "a/../../x", "a\0b", "x" * 300, "README.md", "", ".", "src", "con", "\\x")


def changed_archive(content: bytes, chance: random.Random) -> bytes:
    """Return an archive with a few changes: of its bytes, its entries, or its directory."""
    match chance.randint(0, 5):
        case 0:
            return changed_bytes(content, chance)
        case 1:
            return flagged(content, ENCRYPTED)
        case 2:
            return flagged(content, UNKNOWN_METHOD)
        case _:
            return _entries_changed(content, chance)


def flagged(content: bytes, field: tuple[int, int]) -> bytes:
    """Set a field of two bytes in the first entry, and in the directory's entry for it."""
    offset, value = field
    found = bytearray(content)
    for place in (found.find(b"PK\3\4") + offset, found.find(b"PK\1\2") + offset + 2):
        found[place : place + 2] = value.to_bytes(2, "little")
    return bytes(found)


def _entries_changed(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(entries))
        name, text = entries[at]
        match chance.randint(0, 4):
            case 0:
                del entries[at]
            case 1:
                entries[at] = (chance.choice(NAMES), text)
            case 2:
                entries.append((name, text))
            case 3:
                sums = "".join(f"{'0' * 64}  {n}\n" for n in NAMES)
                entries.append((".nb2prod/SHA256SUMS", sums.encode()))
            case _:
                entries[at] = (name, changed_file(text, chance))
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two entries have the same name
        for name, text in entries:
            archive.writestr(zipfile.ZipInfo(name or "x"), text)
    return buffer.getvalue()
