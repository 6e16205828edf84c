"""The code with which a petitioner asks how far a case is. Kept only as a slow hash; printed once."""

import hashlib
import secrets

from veterans_portal.sealing import digest

# no letter or digit that can be taken for another one
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWX"
LENGTH = 8
ROUNDS = 100_000


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def code_hash(number: str, code: str) -> bytes:
    """Return the hash of a code for one case number (PBKDF2-HMAC-SHA256, 32 bytes); case and blanks do not matter."""
    salt = digest(number, "petitions.query_code")
    plain = "".join(code.split()).upper()
    return hashlib.pbkdf2_hmac("sha256", plain.encode(), salt, ROUNDS)
