"""Reads and writes workbooks. Knows no domain noun, no Django and nobody above.

Names are loaded on first use: the reading child imports this package and must start at once.
"""

from importlib import import_module

_HOMES = {
    "cells": "NO_VALUE ErrorCell NoValue escape_guard is_blank text_of unescape_guard",
    "refusal": "DATA_ROW_LIMIT DEFAULT FileRefused Limits TEXT_LIMIT",
    "workbook": "Sheet Workbook",
    "opening": "read_workbook",
    "headers": "Column Header apply_mapping drop_never_read find_header fingerprint header_at normal_header",
    "rows": "RowKind RowRead classify_rows",
    "writing": "LedgerColumn UnencodableText write_csv write_ledger",
    "apart": "write_ledger_apart",
    "template": "TemplateColumn write_template",
    "errors": "ErrorRow read_batch_id write_error_workbook",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}
__all__ = sorted(_HOME_OF)


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
