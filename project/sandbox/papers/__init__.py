"""Fictional papers for the demo, the journey and the tests: invented, drawn and photographed."""

from project.sandbox.papers.camera import as_jpeg, photograph
from project.sandbox.papers.carte_grise import draw_carte_grise
from project.sandbox.papers.cin import draw_cin
from project.sandbox.papers.fiction import person, vehicle

__all__ = ["as_jpeg", "draw_carte_grise", "draw_cin", "person", "photograph", "vehicle"]
