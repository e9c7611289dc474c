"""The stored picture as pixels: turned upright, and pieces of it laid level."""

import math
from typing import Any

from kyc.ocr.lines import Point
from kyc.ocr.reading import Box

STANDING = 1.5  # a box that much higher than wide holds text that runs upwards


def pixels_of(jpeg: bytes) -> Any:
    """The picture as an array of blue, green and red."""
    import cv2
    import numpy as np

    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def turned(image: Any, quarters: int) -> Any:
    """The picture turned by so many quarters, against the clock."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(image, quarters % 4))


def turned_point(point: Point, size: tuple[int, int], quarters: int) -> Point:
    """Where a point of a picture of this (width, height) lies once that is turned."""
    x, y = point
    width, height = size
    for _ in range(quarters % 4):
        x, y = y, width - 1 - x
        width, height = height, width
    return x, y


def box_of(points: list[Point], size: tuple[int, int]) -> Box:
    """The smallest upright box around these points that lies in a picture of this size."""
    width, height = size
    x0 = max(0, min(width - 1, math.floor(min(x for x, _ in points))))
    y0 = max(0, min(height - 1, math.floor(min(y for _, y in points))))
    x1 = max(x0 + 1, min(width, math.ceil(max(x for x, _ in points))))
    y1 = max(y0 + 1, min(height, math.ceil(max(y for _, y in points))))
    return [x0, y0, x1 - x0, y1 - y0]


def strip(image: Any, quad: Any, *, room: float = 0.0, tall: float = 0.0) -> Any:
    """The piece of the picture within a quad laid level, its height the quad's own.

    `room` is added at both ends and `tall` above and below, in heights of the quad.
    """
    import cv2
    import numpy as np

    a, b, c, d = (np.array(point, np.float32) for point in quad)
    wide = max(float(np.linalg.norm(b - a)), float(np.linalg.norm(c - d)), 1.0)
    high = max(float(np.linalg.norm(d - a)), float(np.linalg.norm(c - b)), 1.0)
    x, y = room * high, tall * high
    size = (max(4, round(wide + 2 * x)), max(4, round(high + 2 * y)))
    corners = np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]], np.float32)
    bend = cv2.getPerspectiveTransform(np.array([a, b, c, d], np.float32), corners)
    return cv2.warpPerspective(
        image, bend, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def is_standing(quad: Any) -> bool:
    """Whether the text of this quad runs upwards or downwards."""
    wide, high = math.dist(quad[0], quad[1]), math.dist(quad[1], quad[2])
    return high > STANDING * wide
