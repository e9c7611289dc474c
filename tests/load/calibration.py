"""Fitting the weights by which evidence becomes a probability: logistic regression, by groups."""

from collections import defaultdict
from collections.abc import Sequence

from kyc.ocr.confidence import EVERYTHING, group_of

PULL = 1.0  # towards nought, of the weights of all fields together
NEAR = 4.0  # of a group's weights towards those of all: small groups learn little of their own
STEPS = 40

Row = tuple[str, str, Sequence[float], bool]  # kind, name, evidence, is it right


def fit(rows: Sequence[Row]) -> dict[str, list[float]]:
    """The weights of each group of fields, the constant first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[group_of(row[0], row[1])].append(row)
    everything = _fitted(rows, None, PULL)
    weights = {EVERYTHING: everything}
    weights |= {name: _fitted(part, everything, NEAR) for name, part in sorted(groups.items())}
    return {name: [round(float(w), 5) for w in found] for name, found in weights.items()}


def _fitted(rows: Sequence[Row], centre, pull: float):
    """Newton's method for the likelihood with a pull towards `centre`."""
    import numpy as np

    seen = np.array([[1.0, *row[2]] for row in rows])
    right = np.array([float(row[3]) for row in rows])
    middle = np.zeros(seen.shape[1]) if centre is None else np.array(centre)
    holding = np.full(seen.shape[1], pull)
    if centre is None:
        holding[0] = 1e-3
    weights = middle.copy()
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(seen @ weights, -30, 30)))
        slope = seen.T @ (right - chance) - holding * (weights - middle)
        bend = (seen * (chance * (1 - chance))[:, None]).T @ seen + np.diag(holding)
        step = np.linalg.solve(bend, slope)
        weights = weights + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:
            break
    return weights
