"""Zip packages (xlsx, ods): limits before and while inflating, and which part is which sheet."""

import io
import posixpath
import struct
import zipfile
import zlib
from typing import NamedTuple
from xml.parsers import expat

from .refusal import FileRefused, Limits

CHUNK = 4 * 2**20
DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
KEEP = max(map(len, DOCTYPES)) - 1
# Beyond this, a directory of at most `members` entries is no directory (names of 1,000 bytes each).
ENTRY_BYTES = 1_100
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError, RuntimeError)
OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)


class Part(NamedTuple):
    """One sheet of an xlsx: its name, its member of the package, and whether it is very hidden."""

    name: str
    member: str
    very_hidden: bool


def open_package(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open a zip after checking what its directory promises. Raises: FileRefused."""
    _check_directory(data, limits)
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as broken:
        raise FileRefused("FILE_CORRUPT") from broken
    members = package.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise FileRefused("FILE_ENCRYPTED")
    if len({member.filename for member in members}) < len(members):
        raise FileRefused("FILE_CORRUPT")
    sizes = [member.file_size for member in members]
    if len(members) > limits.members or max(sizes, default=0) > limits.part_bytes or sum(sizes) > limits.total_bytes:
        raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
    return package


def _check_directory(data: bytes, limits: Limits) -> None:
    """Refuse a directory of a million entries before `zipfile` builds objects for them."""
    end = data.rfind(b"PK\5\6", max(0, len(data) - 65_557))
    if end < 0 or end + 22 > len(data):
        raise FileRefused("FILE_CORRUPT")
    entries, size = struct.unpack_from("<HL", data, end + 10)
    size = len(data) if size == 0xFFFFFFFF else size
    if (entries != 0xFFFF and entries > limits.members) or size > limits.members * ENTRY_BYTES:
        if size != len(data):
            raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
        if data.count(b"PK\1\2") > limits.members:
            raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")


def chunks(package: zipfile.ZipFile, member, budget: "Budget"):
    """Yield a member inflated, `CHUNK` bytes at a time, counted and free of DOCTYPE. Raises: FileRefused."""
    tail = b""
    part = 0
    try:
        with package.open(member) as stream:
            while chunk := stream.read(CHUNK):
                part += len(chunk)
                budget.take(len(chunk), part)
                joined = tail + chunk[:KEEP]
                if any(word in chunk or word in joined for word in DOCTYPES):
                    raise FileRefused("FILE_CORRUPT")
                tail = chunk[-KEEP:]
                yield chunk
    except BROKEN as broken:
        raise FileRefused("FILE_CORRUPT") from broken


class Budget:
    """Bytes a package may still inflate to: sizes in a directory can lie."""

    def __init__(self, limits: Limits):
        self.left, self.part_bytes = limits.total_bytes, limits.part_bytes

    def take(self, size: int, part: int) -> None:
        """Count `size` bytes of a part that has come to `part` bytes. Raises: FileRefused."""
        self.left -= size
        if self.left < 0 or part > self.part_bytes:
            raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")


def read_small(package: zipfile.ZipFile, member: str, limit: int = 4 * 2**20) -> bytes:
    """Return a member that has no reason to be large, b"" if there is none. Raises: FileRefused."""
    try:
        if package.getinfo(member).file_size > limit:
            raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
        return package.read(member)
    except KeyError:
        return b""
    except BROKEN as broken:
        raise FileRefused("FILE_CORRUPT") from broken


def elements(data: bytes) -> list:
    """Return (local name, attributes, text) of every element of a small XML part, in order of their ends."""
    found, open_ = [], []

    def start(name, attributes):
        open_.append((name.rpartition("}")[2], attributes, []))

    def end(_name):
        name, attributes, text = open_.pop()
        found.append((name, attributes, "".join(text)))

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: open_[-1][2].append(text)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as broken:
        raise FileRefused("FILE_CORRUPT") from broken
    return found


def _refuse_doctype(*_args):
    raise FileRefused("FILE_CORRUPT")


def sheet_parts(package: zipfile.ZipFile) -> list[Part]:
    """Return the sheets of an xlsx with the members that hold them. Raises: FileRefused."""
    targets = {}
    for name, attributes, _text in elements(read_small(package, "xl/_rels/workbook.xml.rels")):
        if name == "Relationship":
            # A target is relative to xl/, or absolute with a leading slash.
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            targets[attributes.get("Id")] = target.lstrip("/")
    parts = []
    for name, attributes, _text in elements(read_small(package, "xl/workbook.xml")):
        if name == "sheet":
            relation = next((attributes[f"{space}}}id"] for space in OFFICE if f"{space}}}id" in attributes), None)
            very_hidden = attributes.get("state") == "veryHidden"
            parts.append(Part(attributes.get("name", ""), targets.get(relation, ""), very_hidden))
    return parts


def custom_properties(package: zipfile.ZipFile) -> dict:
    """Return the text properties that `docProps/custom.xml` holds, by name."""
    data = read_small(package, "docProps/custom.xml", 2**18)
    found, text = {}, ""
    for name, attributes, content in elements(data) if data else ():
        if name == "property":
            found[attributes.get("name", "")] = text
        else:
            text = content
    return found
