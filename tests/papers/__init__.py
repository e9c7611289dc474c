"""Drawn papers of invented people, photographed, with their truth: what reading is measured on.

Nothing here knows how papers are read, and the reader knows nothing of this.
"""

from tests.papers import measuring, tuning
from tests.papers.drawing import Paper, draw

PARTS = {"tuning": tuning, "measuring": measuring}

__all__ = ["PARTS", "Paper", "draw"]
