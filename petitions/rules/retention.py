"""How long names are kept. A promise of the portal, not of the law; the length is a setting."""

from datetime import date


def names_kept_from(today: date, *, years: int) -> date:
    """Return the first day of receiving whose names are still kept: 2026-09-16 with three years gives 2023-09-16."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - years, month=3, day=1)
