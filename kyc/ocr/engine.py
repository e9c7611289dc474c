"""The first reader: RapidOCR's two models, loaded once, that find lines of text and read them."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kyc.ocr import deadline
from kyc.ocr.lines import Char

LONGEST_SIDE = 1920  # pixels the detector looks at: of a till's roll, which is long and narrow
AREA = 900_000  # pixels of all it looks at: a square picture would cost it a third more
HEIGHT = 48  # pixels: what the recogniser reads
NARROWEST, WIDEST = 96, 2400  # pixels at that height: wider ones cost more and read no better
FAINT = 0.02  # a sign less likely than that is no rival
SIGNS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸàâäçéèêëîïôöùûüÿœŒæÆñÑ"
    "!\"#$%&'()*+,-./:;<=>?@[]_|~°ºª€£«»’‘“”–—…·•×№ "
)

# Threads that wait for each other cost more than they give: one job a core.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")


@cache
def _session(name: str) -> Any:
    """One of the models that lie in the package itself, on one thread."""
    import onnxruntime
    import rapidocr

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # No two pictures have one size: a plan of the memory for each would be kept for nothing.
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    path = Path(rapidocr.__file__).parent / "models" / name
    # The arena keeps what the largest picture took: clearing it anew costs a fifth of the time.
    provider = ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
    return onnxruntime.InferenceSession(str(path), options, providers=[provider])


@cache
def _finder() -> Any:
    """What makes boxes of the detector's map."""
    import cv2
    from rapidocr.ch_ppocr_det.utils import DBPostProcess

    cv2.setNumThreads(1)
    return DBPostProcess(
        thresh=0.3, box_thresh=0.5, max_candidates=400, unclip_ratio=1.6, use_dilation=True
    )


@cache
def _alphabet() -> tuple[Any, list[str]]:
    """The columns of the recogniser's answer that we have a use for, and their signs."""
    import numpy as np

    meta = _session("PP-OCRv6_rec_small.onnx").get_modelmeta().custom_metadata_map
    signs = ["", *meta["character"].splitlines(), " "]
    columns = [place for place, sign in enumerate(signs) if place == 0 or sign in SIGNS]
    return np.array(columns), ["" if place == 0 else signs[place] for place in columns]


def load() -> None:
    """Load the models now rather than with the first paper."""
    for name in ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"):
        _session(name)


def forget() -> None:
    """Let the models go: the next paper loads them anew."""
    for kept in (_session, _finder, _alphabet):
        kept.cache_clear()


def detect(image: Any) -> list[Any]:
    """The lines of text of a BGR picture: four corners each from the top left on, in pixels."""
    import cv2
    import numpy as np

    deadline.left()
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width), (AREA / (height * width)) ** 0.5)
    size = [max(32, round(side * scale / 32) * 32) for side in (width, height)]
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    tensor = (small.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    (found,) = _session("PP-OCRv6_det_small.onnx").run(None, {"x": tensor})
    boxes, _scores = _finder()(found, (height, width))
    return [_upright(np.array(box, dtype=np.float32)) for box in boxes]


def _upright(quad: Any) -> Any:
    """The same corners, the one first that is nearest the top left."""
    import numpy as np

    return np.roll(quad, -int(np.argmin(quad.sum(axis=1))), axis=0)


def recognise(strips: Sequence[Any]) -> list[list[Char]]:
    """What stands on each strip: one line of text, any height, BGR."""
    return [_signs_of(_probabilities(strip)) for strip in strips]


def _probabilities(strip: Any) -> Any:
    """How likely each sign of ours is at each step along the strip."""
    import cv2
    import numpy as np

    deadline.left()
    height, width = strip.shape[:2]
    wide = min(WIDEST, max(8, round(width * HEIGHT / height)))
    fitted = cv2.resize(strip, (wide, HEIGHT), interpolation=cv2.INTER_LINEAR)
    # The models were taught on strips filled up with grey; a short one alone is read less well.
    tensor = np.zeros((1, 3, HEIGHT, max(NARROWEST, wide)), np.float32)
    tensor[0, :, :, :wide] = (fitted.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
    (found,) = _session("PP-OCRv6_rec_small.onnx").run(None, {"x": tensor})
    columns, _ = _alphabet()
    steps = found[0]
    kept = steps[: max(1, round(steps.shape[0] * wide / tensor.shape[3]) + 1)]
    return kept[:, columns]


def _signs_of(steps: Any) -> list[Char]:
    """The signs of a strip (greedy CTC), each with its rivals and its place from 0 to 1."""
    _, signs = _alphabet()
    best = steps.argmax(axis=1)
    chars: list[Char] = []
    start = 0
    while start < len(best):
        end = start + 1
        while end < len(best) and best[end] == best[start]:
            end += 1
        if best[start]:
            peak = start + int(steps[start:end, best[start]].argmax())
            chars.append(_char(steps[peak], best[start], signs, peak / len(best)))
        start = end
    return chars


def _char(step: Any, place: int, signs: list[str], at: float) -> Char:
    total = float(step.sum()) or 1.0
    rivals = {
        signs[other]: float(step[other]) / total
        for other in step.argsort()[-6:][::-1]
        if other not in (0, place) and step[other] > FAINT * 0.1
    }
    return Char(signs[place], float(step[place]), at, rivals)
