"""Photographs of drawn papers as people take them, and what the browser's script makes of them."""

import base64
import random
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from project.sandbox import papers

SCRIPT = Path(__file__).resolve().parents[1] / "static/js/picture.js"
FRONT = ("number", "surname", "given_names", "birth_date", "birth_place")
PAPERS = ("front", "back", "carte_grise")


def paper(name, seed):
    """One paper, and what is printed on it."""
    if name == "carte_grise":
        truth = papers.vehicle(seed)
        return papers.draw_carte_grise(truth, seed=seed), truth
    person = papers.person(seed)
    image = papers.draw_cin(person, seed=seed)[name == "back"]
    return image, {key: person[key] for key in person if (key in FRONT) == (name == "front")}


def taken(name, seed, level, *, scale=1.0):
    """The paper photographed well; with `scale`, by a telephone of more pixels."""
    image, truth = paper(name, seed)
    if scale != 1:
        size = (int(image.width * scale), int(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS)
    return papers.photograph(image, seed=f"{seed} {name}", level=level), truth


# --- What goes wrong ------------------------------------------------------------------------------


def blurred(image, radius):
    """Out of focus by so many pixels of a picture 1600 wide."""
    return image.filter(ImageFilter.GaussianBlur(radius * max(image.size) / 1600))


def shaken(image, pixels):
    """Moved sideways while it was taken."""
    seen = image
    for step in range(1, round(pixels * max(image.size) / 1600)):
        seen = Image.blend(seen, ImageChops.offset(image, step, 0), 1 / (step + 1))
    return seen


def glared(image, share, seed=0):
    """A lamp mirrored over a share of the picture."""
    rng, (width, height) = random.Random(seed), image.size
    x, y = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.3, 0.7)
    radius = (share * width * height / 3.14) ** 0.5
    spot = Image.new("L", image.size)
    box = (x - 1.4 * radius, y - 0.7 * radius, x + 1.4 * radius, y + 0.7 * radius)
    ImageDraw.Draw(spot).ellipse(box, fill=255)
    spot = spot.filter(ImageFilter.GaussianBlur(radius / 4))
    return Image.composite(Image.new("RGB", image.size, "white"), image, spot)


def cut(image, share, side):
    """Without a share of it at the left, top, right or bottom."""
    box = [0, 0, *image.size]
    box[side] = int(image.size[side % 2] * (share if side < 2 else 1 - share))
    return image.crop(tuple(box))


def far(image, times):
    """From so many times as far away, on the same table."""
    size = (int(image.width * times), int(image.height * times))
    wide = Image.new("RGB", size, image.getpixel((3, 3)))
    wide.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return wide.resize(image.size)


def dark(image, light):
    """With this share of the light."""
    return ImageEnhance.Brightness(image).enhance(light)


# --- The browser's eye ----------------------------------------------------------------------------

LOOK = """async ([jpeg, isPaper, isSmall]) => {
  const bytes = Uint8Array.from(atob(jpeg), (letter) => letter.charCodeAt(0));
  const file = new File([bytes], "photo.jpg", { type: "image/jpeg" });
  const began = performance.now();
  const opened = await picture.open(file, isPaper);
  const said = { verdict: opened.verdict, figures: opened.figures };
  said.milliseconds = performance.now() - began;
  if (isSmall) {
    const small = new Uint8Array(await new Response(await opened.small()).arrayBuffer());
    let text = "";
    small.forEach((byte) => { text += String.fromCharCode(byte); });
    said.small = btoa(text);
  }
  return said;
}"""


def looked_at(page, jpeg, *, is_paper=True, small=False):
    """What picture.js says of a JPEG: verdict, figures, milliseconds; `small`, what it would send.

    The page must have the script: `page.add_script_tag(path=SCRIPT)`.
    """
    said = page.evaluate(LOOK, [base64.b64encode(jpeg).decode(), is_paper, small])
    if small:
        said["small"] = base64.b64decode(said["small"])
    return said
