"""Amounts, which are whole ariary everywhere."""

NARROW_SPACE = "\u202f"  # keeps thousands together at the end of a line


def ariary(amount: int) -> str:
    """Write an amount the way people read it: 105000 becomes `105 000 Ar`."""
    return f"{amount:,}".replace(",", NARROW_SPACE) + "\u00a0Ar"
