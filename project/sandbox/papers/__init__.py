"""Fictional papers for the demo, the journey and the tests: invented, drawn and photographed."""

from project.sandbox.papers.camera import as_jpeg, photograph
from project.sandbox.papers.carte_grise import draw_carte_grise
from project.sandbox.papers.cin import draw_cin
from project.sandbox.papers.fiction import person, traveller, vehicle
from project.sandbox.papers.household import draw_proof_of_address, draw_selfie
from project.sandbox.papers.travel import draw_passport, draw_resident_card

__all__ = [
    "as_jpeg",
    "draw_carte_grise",
    "draw_cin",
    "draw_passport",
    "draw_proof_of_address",
    "draw_resident_card",
    "draw_selfie",
    "person",
    "photograph",
    "traveller",
    "vehicle",
]
