"""The peer: a stock Django admin with stock django-import-export over the same columns and the same PostgreSQL."""
