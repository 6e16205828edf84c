"""
Files with personal data: sealed on disk in chunks, random names, outside the web root.

A chunk's number is bound into its envelope, so chunks can be neither reordered nor left out; the last one says so.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from veterans_portal.sealing import CannotUnseal, seal_bytes, unseal_bytes

CHUNK = 1 << 20
LENGTH = 4


def path_of(name: str) -> Path:
    return settings.MEDIA_ROOT / name[:2] / name


def seal_file(source: Path) -> str:
    """Seal a plain file into the store and return its random name; the source is left alone."""
    name = secrets.token_hex(16)
    target = path_of(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(source, "rb") as plain, open(target, "wb") as sealed:
        number, chunk = 0, plain.read(CHUNK)
        while True:
            following = plain.read(CHUNK)
            envelope = seal_bytes(chunk, label(name, number, is_last=not following))
            sealed.write(len(envelope).to_bytes(LENGTH, "big") + envelope)
            if not following:
                return name
            number, chunk = number + 1, following


def label(name: str, number: int, *, is_last: bool) -> str:
    return f"file:{name}:{number}:{'last' if is_last else 'more'}"


def read_sealed(name: str) -> Iterator[bytes]:
    """Yield the plain chunks. Raises CannotUnseal for a file that was cut or changed."""
    path = path_of(name)
    size, number = path.stat().st_size, 0
    with open(path, "rb") as sealed:
        while True:
            length = int.from_bytes(sealed.read(LENGTH), "big")
            envelope = sealed.read(length)
            if len(envelope) != length or not length:
                raise CannotUnseal(name)
            is_last = sealed.tell() == size
            yield unseal_bytes(envelope, label(name, number, is_last=is_last))
            if is_last:
                return
            number += 1


@contextmanager
def plain_copy(name: str):
    """Give a temporary plain copy for a program that needs a path; it is gone after the block."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        copy = Path(folder) / "file"
        with open(copy, "wb") as out:
            out.writelines(read_sealed(name))
        yield copy


def scratch() -> Path:
    folder = settings.VAR / "scratch"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def remove(name: str) -> None:
    path_of(name).unlink(missing_ok=True)
