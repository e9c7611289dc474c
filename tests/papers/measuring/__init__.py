"""The layouts kept for measuring: nobody who works on the reader looks at them."""

from tests.papers.measuring import (
    attestation,
    carte_grise,
    cin,
    insurance,
    invoice,
    other,
    till,
    travel,
)

__all__ = [
    "attestation",
    "carte_grise",
    "cin",
    "insurance",
    "invoice",
    "other",
    "till",
    "travel",
]
