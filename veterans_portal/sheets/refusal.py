"""Why a whole file is refused, and the limits it is held to."""

from typing import NamedTuple

SENTENCES = {
    "FILE_EMPTY": "文件是空的，请检查后重新上传。",
    "FILE_TOO_LARGE": "文件超过30 MB，请分成几个文件上传。",
    "FILE_TOO_LARGE_UNCOMPRESSED": "文件解压后过大，请只保留台账内容后重新上传。",
    "TOO_MANY_ROWS": "数据超过50,000行，请分批上传。",
    "FILE_ENCRYPTED": "文件有密码，请去掉密码后重新上传。",
    "FILE_CORRUPT": "文件损坏，打不开。请在 Excel 或 WPS 中打开后另存，再上传。",
    "FILE_TYPE_MISMATCH": "这不是 Excel 文件，请另存为 .xlsx 后上传。",
    "FILE_NO_DATA": "文件里没有数据。",
}


class FileRefused(Exception):
    """A file that is not read at all.

    `code` is a key of `SENTENCES`; `sentence` says in Chinese what is wrong and what to do
    (more exact than the code's own sentence where more is known). It never quotes cells.
    """

    def __init__(self, code: str, sentence: str = ""):
        if code not in SENTENCES:
            raise ValueError(f"unknown refusal {code}")
        self.code = code
        self.sentence = sentence or SENTENCES[code]
        super().__init__(code, self.sentence)


class Limits(NamedTuple):
    """What one file may cost. Sizes in bytes, times in seconds."""

    file_bytes: int = 30 * 2**20
    members: int = 2_000
    part_bytes: int = 200 * 2**20
    total_bytes: int = 400 * 2**20
    sheets: int = 50
    columns: int = 200
    data_rows: int = 50_000
    # Title, header, totals and notes of one sheet come on top of its data rows.
    extra_rows: int = 100
    # Up to the last filled cell: the reader holds a sheet as a full grid, 32 bytes a cell.
    grid_cells: int = 12_000_000
    text_characters: int = 2_000
    result_bytes: int = 256 * 2**20
    # Elements or tags the slow exact scanners look at before they give up (about 10 s).
    elements: int = 8_000_000
    memory_bytes: int = 2**30
    seconds: int = 120


DEFAULT = Limits()
TEXT_LIMIT = DEFAULT.text_characters
DATA_ROW_LIMIT = DEFAULT.data_rows


def check_grid(name: str, row: int, column: int, limits: Limits) -> None:
    """Refuse a sheet whose last filled cell (1-based row and column) lies too far out."""
    if column > limits.columns:
        raise FileRefused(
            "FILE_TOO_LARGE_UNCOMPRESSED", f"工作表“{name}”超过{limits.columns}列，请删除多余的列后重新上传。"
        )
    if row * column > limits.grid_cells:
        raise FileRefused(
            "FILE_TOO_LARGE_UNCOMPRESSED", f"工作表“{name}”第{row}行还有内容，请删除表格以外的内容后重新上传。"
        )
