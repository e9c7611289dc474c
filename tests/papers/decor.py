"""What else is on a paper: guilloches, emblems, portraits, stamps, signatures."""

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.papers import faces

STAMPS = ((176, 40, 52), (60, 66, 150), (120, 40, 120), (40, 90, 110))


def guilloche(sheet, *, strength=16, tint=(150, 130, 90)):
    """Fine waves all over, as security paper has; faint enough to be read through."""
    rng = sheet.rng
    layer = np.full((sheet.image.height, sheet.image.width, 3), 255, np.uint8)
    shade = tuple(int(255 - (255 - value) * strength / 100) for value in tint)
    across = np.linspace(0, sheet.image.width, 90)
    lines = int(sheet.height / rng.uniform(1.4, 2.6))
    high, long = rng.uniform(0.6, 2.4) * sheet.scale, rng.uniform(6, 16) * sheet.scale
    for each in range(-1, lines + 1):
        rise = np.sin(across / long * 2 * math.pi + each * rng.uniform(0.15, 0.2)) * high
        points = np.stack([across, each * sheet.image.height / lines + rise], 1)
        cv2.polylines(layer, [np.int32(points * 8)], False, shade, 1, cv2.LINE_AA, 3)
    paper = np.asarray(sheet.image)
    _show(sheet, cv2.multiply(paper, layer, scale=1 / 255))


def _show(sheet, pixels):
    sheet.image = Image.fromarray(pixels)
    sheet.draw = ImageDraw.Draw(sheet.image)


def flag(sheet, x, y, height):
    """The flag, small: white at the hoist, red above green."""
    width = height * 1.5
    sheet.frame(x, y, x + width / 3, y + height, fill=(252, 252, 250), width=0.08)
    middle = y + height / 2
    sheet.frame(x + width / 3, y, x + width, middle, fill=(206, 44, 58), colour=(206, 44, 58))
    sheet.frame(
        x + width / 3, middle, x + width, y + height, fill=(22, 128, 72), colour=(22, 128, 72)
    )


def rosette(sheet, x, y, radius, *, colour=(190, 176, 150)):
    """A turned rose of lines, behind the text."""
    points = []
    petals, depth = sheet.rng.choice((7, 9, 12)), sheet.rng.uniform(0.2, 0.45)
    for step in range(361):
        angle = math.radians(step)
        far = radius * (1 - depth + depth * math.cos(petals * angle))
        points.append(
            ((x + far * math.cos(angle)) * sheet.scale, (y + far * math.sin(angle)) * sheet.scale)
        )
    sheet.draw.line(points, fill=colour, width=max(1, sheet.px(0.12)))
    far = radius * sheet.scale
    at = x * sheet.scale, y * sheet.scale
    sheet.draw.ellipse([at[0] - far, at[1] - far, at[0] + far, at[1] + far], outline=colour)


def portrait(sheet, x, y, width, height):
    """A head and shoulders of nobody."""
    rng = sheet.rng
    ground = rng.choice(((214, 222, 232), (236, 236, 236), (200, 208, 200), (226, 210, 190)))
    skin = rng.choice(((92, 60, 44), (118, 80, 58), (140, 98, 72), (74, 48, 36)))
    coat = rng.choice(((60, 70, 96), (120, 50, 52), (210, 210, 206), (40, 40, 44), (86, 106, 74)))
    size = sheet.px(width), sheet.px(height)
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    w, h = size
    draw.ellipse([w * 0.02, h * 0.68, w * 0.98, h * 1.5], fill=coat)
    draw.rectangle([w * 0.4, h * 0.55, w * 0.6, h * 0.75], fill=skin)
    wide = rng.uniform(0.22, 0.27)
    draw.ellipse([w * (0.48 - wide), h * 0.1, w * (0.52 + wide), h * 0.56], fill=(24, 20, 20))
    draw.ellipse([w * (0.5 - wide), h * 0.18, w * (0.5 + wide), h * 0.68], fill=skin)
    for side in (0.4, 0.6):
        draw.ellipse(
            [w * side - w * 0.03, h * 0.4, w * side + w * 0.03, h * 0.43], fill=(20, 16, 16)
        )
    draw.arc([w * 0.42, h * 0.48, w * 0.58, h * 0.58], 20, 160, fill=(70, 30, 30), width=2)
    image = image.filter(ImageFilter.GaussianBlur(0.22 * sheet.scale))
    if rng.random() < 0.35:
        image = image.convert("L").convert("RGB")
    sheet.image.paste(image, (sheet.px(x), sheet.px(y)))
    sheet.draw.rectangle(
        [sheet.px(x), sheet.px(y), sheet.px(x + width), sheet.px(y + height)],
        outline=(120, 120, 120),
    )


def _ink(sheet, mask, colour, x, y):
    """Put a mask's ink on the paper as ink lies on print: it darkens, it does not cover."""
    left, top = sheet.px(x) - mask.width // 2, sheet.px(y) - mask.height // 2
    area = (
        max(0, left), max(0, top),
        min(sheet.image.width, left + mask.width), min(sheet.image.height, top + mask.height),
    )  # fmt: skip
    if area[0] >= area[2] or area[1] >= area[3]:
        return
    cut = mask.crop((area[0] - left, area[1] - top, area[2] - left, area[3] - top))
    under = np.asarray(sheet.image.crop(area), np.float32)
    thick = np.asarray(cut, np.float32)[..., None] / 255
    inked = under * (1 - thick * (1 - np.array(colour, np.float32) / 255))
    sheet.image.paste(Image.fromarray(inked.astype(np.uint8)), area[:2])


def _worn(mask, rng, strength):
    """A rubber stamp never prints evenly."""
    rough = np.frombuffer(rng.randbytes(14 * 14), np.uint8).reshape(14, 14)
    rough = cv2.resize(rough, mask.size, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    return Image.fromarray(
        (np.asarray(mask, np.float32) * (0.35 + 0.65 * rough) * strength).astype(np.uint8)
    )


def round_stamp(sheet, x, y, radius, *, text="REPOBLIKAN'I MADAGASIKARA", strength=0.5):
    """A round seal with its legend along the rim."""
    rng = sheet.rng
    side = sheet.px(radius * 2) + 4
    middle, far = side / 2, radius * sheet.scale
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    pen = max(1, sheet.px(0.3))
    draw.ellipse([2, 2, side - 3, side - 3], outline=255, width=pen)
    inner = far * 0.62
    draw.ellipse([middle - inner] * 2 + [middle + inner] * 2, outline=255, width=max(1, pen // 2))
    font = faces.choose(rng, "sans", part=sheet.part).font(far * 0.14, bold=True)
    legend = f"{text} * "
    for place, sign in enumerate(legend):
        angle = 360 * place / len(legend)
        tile = Image.new("L", (round(far * 0.3),) * 2)
        ImageDraw.Draw(tile).text(
            (tile.width / 2, tile.height / 2), sign, font=font, fill=255, anchor="mm"
        )
        tile = tile.rotate(-angle, Image.Resampling.BILINEAR)
        out = math.radians(angle - 90)
        at = middle + far * 0.8 * math.cos(out), middle + far * 0.8 * math.sin(out)
        mask.paste(255, (round(at[0] - tile.width / 2), round(at[1] - tile.height / 2)), tile)
    star = inner * 0.6
    points = [
        (middle + (star, star / 2.4)[k % 2] * math.sin(k * math.pi / 5),
         middle - (star, star / 2.4)[k % 2] * math.cos(k * math.pi / 5))
        for k in range(10)
    ]  # fmt: skip
    draw.polygon(points, outline=255)
    mask = mask.rotate(rng.uniform(-40, 40), Image.Resampling.BILINEAR)
    _ink(sheet, _worn(mask, rng, strength), rng.choice(STAMPS), x, y)


def line_stamp(sheet, x, y, lines, *, size=1.8, strength=0.6):
    """A stamp of a few lines, framed or not: an office, a name."""
    rng = sheet.rng
    font = faces.choose(rng, "sans", part=sheet.part).font(size * sheet.scale, bold=True)
    step = size * 1.7 * sheet.scale
    width = max(font.getlength(line) for line in lines) + 2 * step
    mask = Image.new("L", (round(width), round(step * (len(lines) + 0.9))))
    draw = ImageDraw.Draw(mask)
    for place, line in enumerate(lines):
        draw.text((width / 2, step * (place + 1.1)), line, font=font, fill=255, anchor="ms")
    if rng.random() < 0.5:
        draw.rectangle(
            [1, 1, mask.width - 2, mask.height - 2], outline=255, width=max(1, sheet.px(0.25))
        )
    mask = mask.rotate(rng.uniform(-9, 9), Image.Resampling.BILINEAR, expand=True)
    _ink(sheet, _worn(mask, rng, strength), rng.choice(STAMPS), x, y)


def signature(sheet, x, y, width, *, colour=(30, 40, 110)):
    """A scrawl nobody can read."""
    rng = sheet.rng
    points, turn = [], rng.uniform(0, 6)
    for step in range(60):
        along = step / 59
        turn += rng.uniform(0.25, 0.55)
        high = width * 0.16 * (1 - 0.5 * along)
        points.append(
            ((x + along * width + math.cos(turn) * width * 0.07) * sheet.scale,
             (y + math.sin(turn) * high * rng.uniform(0.5, 1)) * sheet.scale)
        )  # fmt: skip
    sheet.draw.line(points, fill=colour, width=max(1, sheet.px(0.28)), joint="curve")


def fingerprint(sheet, x, y, width, height):
    """The print of a finger in ink."""
    mask = np.zeros((sheet.px(height), sheet.px(width)), np.float32)
    down, across = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]].astype(np.float32)
    down, across = down / mask.shape[0] - 0.55, across / mask.shape[1] - 0.5
    far = np.sqrt((across * 1.2) ** 2 + down**2 + 0.1 * across * down)
    ridge = np.sin(far * 95 + 3 * np.sin(across * 5 + sheet.rng.uniform(0, 6))) > 0
    mask[ridge & (far < 0.46)] = 190
    blurred = Image.fromarray(cv2.GaussianBlur(mask, (0, 0), 0.8).astype(np.uint8))
    _ink(sheet, _worn(blurred, sheet.rng, 0.8), (50, 46, 70), x + width / 2, y + height / 2)
