"""Uploaded papers: what a file is, told by its first bytes and never by its name. Pure."""

from collections.abc import Iterable

# first bytes → content type; the content type is what the file is handed over as
SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}
PICTURES = ("image/jpeg", "image/png")
# what a card application needs: the card carries the photo, and the number is checked against the ID card
FOR_CARD = ("PHOTO", "ID_CARD")


def content_type_of(head: bytes) -> str:
    """Return the content type of a file by its first bytes; empty when it is none of the three that are kept."""
    return next((kind for mark, kind in SIGNATURES.items() if head.startswith(mark)), "")


def missing_for_card(kinds: Iterable[str]) -> list[str]:
    """Return the kinds of paper that a card application still needs, in the order of FOR_CARD."""
    held = set(kinds)
    return [kind for kind in FOR_CARD if kind not in held]
