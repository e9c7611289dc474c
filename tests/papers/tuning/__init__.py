"""The layouts that reading may be tuned on."""

from tests.papers.tuning import (
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
