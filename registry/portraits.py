"""The photo of a dossier as a small picture: nobody needs ten megabytes to recognise a face."""

import io
import warnings

from PIL import Image, ImageOps

from veterans_portal.files import read_sealed

SIZE = (240, 320)  # pixels; shown at half of it, sharp on dense screens


def portrait(stored_name: str) -> bytes | None:
    """Return the sealed photo as a small JPEG, upright; None for a file that is no picture, or a bomb."""
    content = io.BytesIO(b"".join(read_sealed(stored_name)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(content, formats=("JPEG", "PNG"))
            picture.draft("RGB", SIZE)  # a JPEG is decoded at a fraction of its size
            picture = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    picture.thumbnail(SIZE)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
