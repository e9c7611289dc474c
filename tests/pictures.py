"""Photographs of drawn papers, and what people do to a photograph: for telling copies apart."""

import random

from PIL import Image, ImageEnhance

from project.sandbox import papers

FORMS = ("cin_small", "cin_large", "cin_back", "carte_coded", "carte_plain")
ALTERED = ("resize", "rotate", "compress", "crop", "brighten", "everything")
# One seed draws one form whole: guilloche, portrait, stamp and typeface are the same for everybody,
# and only what is typed differs. No two real papers are so hard to tell apart.
SEEDS = {"cin_small": 1, "cin_large": 0, "cin_back": 0, "carte_coded": 0, "carte_plain": 1}


def paper(form, holder):
    """Somebody's paper of a form, as it is printed."""
    seed = SEEDS[form]
    if form.startswith("carte"):
        return papers.draw_carte_grise(papers.vehicle(holder), seed=seed)
    return papers.draw_cin(papers.person(holder), seed=seed)[form == "cin_back"]


def photograph(form, holder, *, shot, level="moderate", width=1000):
    """That paper photographed; another `shot` is another table, light, hand and distance."""
    drawn = paper(form, holder)
    size = width, round(drawn.height * width / drawn.width)
    drawn = drawn.resize(size, Image.Resampling.LANCZOS)
    return papers.photograph(drawn, seed=f"{form} {holder} {shot}", level=level)


def altered(picture, how, rng):
    """A copy: resized, turned, compressed, cropped, lit otherwise, or all of it, as a JPEG."""
    quality = 30 if how in ("compress", "everything") else 85
    if how in ("rotate", "everything"):
        picture = picture.rotate(
            rng.choice((-1, 1)) * rng.uniform(3, 15),
            resample=Image.Resampling.BICUBIC,
            expand=rng.random() < 0.5,
            fillcolor=rng.choice(("black", "white")),
        )
    if how in ("crop", "everything"):
        picture = _cropped(picture, rng)
    if how in ("resize", "everything"):
        share = rng.uniform(0.45, 0.8)
        size = round(picture.width * share), round(picture.height * share)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    if how in ("brighten", "everything"):
        light = rng.choice((rng.uniform(0.6, 0.8), rng.uniform(1.2, 1.45)))
        picture = ImageEnhance.Brightness(picture).enhance(light)
    return papers.as_jpeg(picture, quality=quality)


def _cropped(picture, rng):
    """A tenth of the width and of the height is gone, on sides left to chance."""
    left, top = (rng.uniform(0, 0.1) for _ in range(2))
    width, height = picture.size
    box = (left * width, top * height, (left + 0.9) * width, (top + 0.9) * height)
    return picture.crop(tuple(round(edge) for edge in box))


def random_of(seed):
    """Chance that is the same in every run."""
    return random.Random(f"pictures {seed}")
