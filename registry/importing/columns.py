"""Columns that every imported row has."""

MADE = ("created_at", "created_by", "import_batch")
