"""Fields of benefits: months as the first day of the month."""

from datetime import date

from registry.forms.moves import Month


class MonthOn(Month):
    """A month typed as 2026-08; gives its first day, or None."""

    def prepare_value(self, value):
        return f"{value:%Y-%m}" if isinstance(value, date) else value

    def clean(self, value):
        text = super().clean(value)
        return date.fromisoformat(f"{text}-01") if text else None
