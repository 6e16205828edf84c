"""The child process of `opening`: reads one file from standard input under hard limits.

Run as `python -m veterans_portal.sheets.child '{"filename": …, "limits": […], "header_words": […], "ahead": …}'`.
Must not import Django: it starts in a few dozen milliseconds and holds nothing worth stealing.
"""

import gc
import json
import pickle
import resource
import sys

from .cells import unescape_guard
from .refusal import FileRefused, Limits

BLOCK_ROWS = 4_000


class Answers:
    """Writes messages to the parent and refuses an answer that would fill its memory."""

    def __init__(self, stream, limit: int):
        self.stream, self.left = stream, limit

    def send(self, *message) -> None:
        """Send one message at once, so that the parent loads it while the next is made."""
        data = pickle.dumps(message, 5)
        self.left -= len(data)
        if self.left < 0:
            raise FileRefused("FILE_TOO_LARGE_UNCOMPRESSED")
        self.write(data)

    def refuse(self, refusal: FileRefused) -> None:
        """Send a refusal, however much has been sent."""
        self.write(pickle.dumps(("refused", refusal.code, refusal.sentence), 5))

    def write(self, data: bytes) -> None:
        """Write bytes without delay."""
        self.stream.write(data)
        self.stream.flush()


class Texts(dict):
    """One object for equal texts (small pickles, less memory in the parent), cut and unguarded on first sight."""

    def __init__(self, characters: int):
        self.characters = characters + 1

    def __missing__(self, text):
        value = unescape_guard(text)[: self.characters]
        self[text] = value
        return value


def send_rows(answers: Answers, rows, limits: Limits) -> bool:
    """Send rows in blocks, without trailing blank rows; say whether there was any filled row."""
    block, texts, blank, seen, any_filled = [], Texts(limits.text_characters), [], 0, False
    for row in rows:
        # Blank rows share one empty list, so that a million of them cost nothing.
        if not any(cell.__class__ is not str or cell for cell in row):
            seen += 1
            continue
        block += [blank] * seen
        seen, any_filled = 0, True
        block.append([texts[cell] if cell.__class__ is str else cell for cell in row])
        if len(block) >= BLOCK_ROWS:
            answers.send("rows", block)
            block, texts = [], Texts(limits.text_characters)
    answers.send("rows", block)
    return any_filled


def answer(answers: Answers, order: dict, limits: Limits) -> None:
    """Read the file and send it. Raises: FileRefused."""
    from .reading import read

    data = sys.stdin.buffer.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise FileRefused("FILE_TOO_LARGE")
    any_filled = False
    about = data, order["filename"], limits, order["header_words"], answers.send
    for facts, rows in read(*about, ahead=order["ahead"]):
        answers.send("sheet", facts)
        any_filled |= send_rows(answers, rows, limits)
    if not any_filled:
        raise FileRefused("FILE_NO_DATA")
    answers.send("end")


def main() -> None:
    """Set the limits, then answer; every failure becomes one refusal."""
    order = json.loads(sys.argv[1])
    limits = Limits(*order["limits"])
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # Short-lived, and its values hold no cycles.
    answers = Answers(sys.stdout.buffer, limits.result_bytes)
    try:
        answer(answers, order, limits)
    except BrokenPipeError:
        raise SystemExit(1) from None  # Nobody is listening any more.
    except FileRefused as refusal:
        answers.refuse(refusal)
    except MemoryError:
        if order["ahead"]:
            raise  # the parent asks again, for one reader after the other
        answers.refuse(FileRefused("FILE_TOO_LARGE_UNCOMPRESSED"))
    except BaseException as bug:
        print(type(bug).__name__, file=sys.stderr)
        answers.refuse(FileRefused("FILE_CORRUPT"))


if __name__ == "__main__":
    main()
