"""Reading a windscreen code off its picture, as a telephone would."""

import re

import zxingcpp
from PIL import Image, ImageDraw

SCALE = 4  # pixels a module


def read(svg: bytes) -> str:
    """What the symbol in an SVG of ours says, or "" where nobody can read it."""
    text = svg.decode()
    side = int(re.search(r'viewBox="0 0 (\d+)', text)[1])
    drawing = re.search(r'stroke="#000" d="([^"]+)"', text)[1]
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    for left, top, width in strokes(drawing):
        box = (left * SCALE, top * SCALE, (left + width) * SCALE - 1, (top + 1) * SCALE - 1)
        pen.rectangle(box, fill=0)
    return read_image(image)


def read_image(image: Image.Image) -> str:
    """What the symbol in a picture says, or ""."""
    found = zxingcpp.read_barcodes(image.convert("L"))
    return found[0].text if found else ""


def strokes(path):
    """(left, top, width) of each horizontal line of an SVG path, in modules."""
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        given = [float(number) for number in numbers.split()]
        if command == "M":
            x, y = given
        elif command == "m":
            x, y = x + given[0], y + given[1]
        else:
            yield int(x), int(y - 0.5), int(given[0])
            x += given[0]
