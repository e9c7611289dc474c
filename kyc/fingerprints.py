"""Telling whether two pictures are one: marks to find a copy by, and the comparison of a pair.

Papers of one printed form share most of what can be seen. What finds a copy among a million
pictures is therefore many small marks, of which those that everybody has are left out (that is
for who keeps them: kyc.duplicates); and what tells a copy from another paper of the same form is
the place where they agree least, once one is laid upon the other.

Only background tasks call this: OpenCV and numpy are imported when they are first needed. The
bytes must be a JPEG of our own (kyc.intake), never an upload.
"""

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

# Marks. A keypoint's surroundings (SIFT, 128 numbers) are cut down to the sides of BITS planes.
MARK_WIDTH = 640  # pixels on the longest side
KEYPOINTS = 400
# A mark is of so many times a keypoint's own size: a word in its place, where one letter is like
# the same letter of any other paper.
REACH = 6
BITS = 28
DOUBTS = 3  # of a mark that is searched for: its weakest bits, tried both ways
PLANES_SEED = 20

# Comparing.
LOOK_WIDTH = 800  # pixels, to lay one upon the other
LAY_WIDTH = 480  # pixels, to compare them then
MATCHES_NEEDED = 14
OVERLAP_NEEDED = 0.4  # of the larger picture
BLOCK = 19  # pixels of LAY_WIDTH: about two letters
MARGIN = 12  # pixels left out along the edges of what both show
SLACK = 1  # pixels a block may be off its place
QUIET = 0.6  # of a picture's contrast: blocks below it in either say nothing
BLOCKS_NEEDED = 40
LOWEST = 0.02  # the share of the blocks that may disagree: glare, a finger, a stamp added
SAME = 0.78  # correlation at that share, from which two pictures are one


@dataclass(frozen=True)
class Likeness:
    """How far two pictures are one: the correlation where they agree least, from -1 to 1.

    A second photograph of the same paper is mostly told as one too, though it is not promised: the
    same paper in two dossiers is what people want to see.
    """

    score: float

    @property
    def is_copy(self) -> bool:
        """Whether one was made of the other: resized, turned, cropped, lit, compressed anew."""
        return self.score >= SAME


NONE = Likeness(-1.0)


@dataclass(frozen=True)
class Look:
    """A picture made ready to be compared with others."""

    grey: Any
    points: Any
    descriptors: Any


def marks_and_probes(jpeg: bytes) -> tuple[list[int], list[int]]:
    """What a picture is found by, and what a copy of it may have: those marks and those near them.

    At most KEYPOINTS numbers of BITS bits, and 2**DOUBTS times as many. About 150 ms.
    """
    sides, weakest = _sides(jpeg)
    near = set(sides.tolist())
    for choice in range(1, 2**DOUBTS):
        turned = sides.copy()
        for place in range(DOUBTS):
            if choice >> place & 1:
                turned ^= weakest[:, place]
        near.update(turned.tolist())
    return sorted(set(sides.tolist())), sorted(near)


def look(jpeg: bytes) -> Look:
    """Make a picture ready to be compared. About 30 ms, and 3 MB while it is held."""
    cv2, np = _tools()
    grey = _grey(jpeg, LOOK_WIDTH)
    orb = cv2.ORB_create(600, 1.2, 8, edgeThreshold=20, fastThreshold=8)
    keypoints, descriptors = orb.detectAndCompute(grey, None)
    points = np.float32([keypoint.pt for keypoint in keypoints]).reshape(-1, 2)
    return Look(_small(grey), points, descriptors)


def compare(one: Look, other: Look) -> Likeness:
    """Lay one picture upon the other, and tell how well they agree where they agree least."""
    laid = _lay(one, other)
    return NONE if laid is None else Likeness(_agreement(*laid))


@cache
def _tools() -> Any:
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    return cv2, np


def _grey(jpeg: bytes, longest: int) -> Any:
    _cv2, np = _tools()
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as stored:
        stored.draft("L", (longest, longest))
        grey = stored.convert("L")
    share = longest / max(grey.size)
    size = max(1, round(grey.width * share)), max(1, round(grey.height * share))
    return np.asarray(grey.resize(size, Image.Resampling.LANCZOS))


def _small(grey: Any) -> Any:
    cv2, np = _tools()
    share = LAY_WIDTH / LOOK_WIDTH
    small = cv2.resize(grey, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


@cache
def _planes() -> Any:
    """The planes are the same in every process and release: marks are kept."""
    _cv2, np = _tools()
    return np.random.RandomState(PLANES_SEED).standard_normal((128, BITS)).astype(np.float32)


def _sides(jpeg: bytes) -> tuple[Any, Any]:
    """On which side of each plane every keypoint lies, as a number; its DOUBTS weakest bits."""
    cv2, np = _tools()
    sift = cv2.SIFT_create(KEYPOINTS, contrastThreshold=0.02)
    grey = _grey(jpeg, MARK_WIDTH)
    keypoints = sift.detect(grey, None)
    for keypoint in keypoints:
        keypoint.size *= REACH
    _keypoints, found = sift.compute(grey, keypoints)
    if found is None:
        return np.zeros(0, np.int64), np.zeros((0, DOUBTS), np.int64)
    # The square root levels what one strong edge would decide alone (Arandjelovic, 2012).
    roots = np.sqrt(found / (found.sum(axis=1, keepdims=True) + 1e-6))
    lies = (roots - roots.mean(axis=1, keepdims=True)) @ _planes()
    bits = np.int64(1) << np.arange(BITS, dtype=np.int64)
    return (lies > 0) @ bits, bits[np.argsort(np.abs(lies), axis=1)[:, :DOUBTS]]


def _lay(one: Look, other: Look) -> tuple[Any, Any, Any] | None:
    """Both pictures, the second laid upon the first, and where there is something of both."""
    cv2, np = _tools()
    if one.descriptors is None or other.descriptors is None:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(
        one.descriptors, other.descriptors
    )
    pairs = [pair for pair in pairs if pair.distance < 64]
    if len(pairs) < MATCHES_NEEDED:
        return None
    here = one.points[[pair.queryIdx for pair in pairs]]
    there = other.points[[pair.trainIdx for pair in pairs]]
    cv2.setRNGSeed(1)
    turn, inliers = cv2.estimateAffine2D(there, here, ransacReprojThreshold=4.0)
    if turn is None or int(inliers.sum()) < MATCHES_NEEDED:
        return None
    share = LAY_WIDTH / LOOK_WIDTH
    turn[:, 2] *= share
    height, width = one.grey.shape
    laid = cv2.warpAffine(other.grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    whole = np.full(other.grey.shape, 255, np.uint8)
    common = cv2.warpAffine(whole, turn, (width, height), flags=cv2.INTER_NEAREST)
    common = cv2.erode(common, np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)) > 0
    return (one.grey, laid, common) if common.mean() >= OVERLAP_NEEDED else None


def _agreement(one: Any, other: Any, common: Any) -> float:
    """The correlation at the LOWEST share of the blocks that say something."""
    cv2, np = _tools()
    first, second = (_contrast(picture, common) for picture in (one, other))
    powers = [_mean(picture * picture) for picture in (first, second)]
    best = np.full(first.shape, -1.0, np.float32)
    for down in range(-SLACK, SLACK + 1):
        for across in range(-SLACK, SLACK + 1):
            moved = np.roll(second, (down, across), (0, 1))
            power = np.roll(powers[1], (down, across), (0, 1))
            together = _mean(first * moved) / np.sqrt(powers[0] * power + 1e-6)
            best = np.maximum(best, together)
    tells = common & (np.minimum(*powers) > QUIET**2)
    every = (slice(BLOCK // 2, None, BLOCK // 2),) * 2  # half a block apart
    told = best[every][tells[every]]
    return float(np.quantile(told, LOWEST)) if told.size >= BLOCKS_NEEDED else -1.0


def _contrast(picture: Any, common: Any) -> Any:
    """What is finer than light and shade, in units of its own strength."""
    cv2, _np = _tools()
    soft = cv2.GaussianBlur(picture, (0, 0), 0.8)
    fine = soft - cv2.GaussianBlur(picture, (0, 0), 6)
    return fine / (fine[common].std() + 1e-3)


def _mean(picture: Any) -> Any:
    cv2, _np = _tools()
    return cv2.boxFilter(picture, -1, (BLOCK, BLOCK), borderType=cv2.BORDER_CONSTANT)
