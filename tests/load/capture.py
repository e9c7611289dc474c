"""What the browser says of photographs before they are sent, and what its making them small costs.

`python -m tests.load.capture [PAPERS]` prints the table from which the figures of picture.js were
chosen: how often each kind of photograph is complained of, and of what.
"""

import sys
from collections import Counter
from contextlib import contextmanager
from functools import cache, partial

from kyc import ocr
from project.sandbox import papers
from tests import servers, shots
from tests.load.figures import Figure, figure

SEEDS = 4
READ = 2  # seeds of which the fields are read: Tesseract is slow
LEVELS = ("clean", "moderate")
PIXELS = 2.4  # times those of the drawing: about nine million, as a telephone takes them

# Name, what is done to a good photograph, and whether it should be complained of. In between, of
# what is still read as well as before, either is right: those say None.
KINDS = [
    ("good", lambda image, seed: image, False),
    ("a little soft", lambda image, seed: shots.blurred(image, 1), None),
    ("blurred 2", lambda image, seed: shots.blurred(image, 2), True),
    ("blurred 4", lambda image, seed: shots.blurred(image, 4), True),
    ("shaken 8", lambda image, seed: shots.shaken(image, 8), True),
    ("shaken 14", lambda image, seed: shots.shaken(image, 14), True),
    ("glare 1 %", lambda image, seed: shots.glared(image, 0.01, seed), None),
    ("glare 3 %", lambda image, seed: shots.glared(image, 0.03, seed), True),
    ("glare 8 %", lambda image, seed: shots.glared(image, 0.08, seed), True),
    ("cut by 5 %", lambda image, seed: shots.cut(image, 0.05, seed % 4), None),
    ("cut by 12 %", lambda image, seed: shots.cut(image, 0.12, seed % 4), True),
    ("cut by 20 %", lambda image, seed: shots.cut(image, 0.2, seed % 4), True),
    ("far 1.3", lambda image, seed: shots.far(image, 1.3), False),
    ("far 2", lambda image, seed: shots.far(image, 2), None),
    ("far 2.5", lambda image, seed: shots.far(image, 2.5), True),
    ("light 60 %", lambda image, seed: shots.dark(image, 0.6), False),
    ("light 40 %", lambda image, seed: shots.dark(image, 0.4), None),
    ("light 25 %", lambda image, seed: shots.dark(image, 0.25), True),
    ("light 15 %", lambda image, seed: shots.dark(image, 0.15), True),
]


@contextmanager
def eye(slower=1):
    """A page of Chromium with the script; `slower` as many times as this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = {"executable_path": servers.CHROMIUM, "args": servers.CHROMIUM_ARGUMENTS}
        chromium = playwright.chromium.launch(**options)
        page = chromium.new_page()
        page.add_script_tag(path=shots.SCRIPT)
        rate = {"rate": slower}
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", rate)
        yield partial(shots.looked_at, page)
        chromium.close()


def table(seeds):
    """(level, kind) → how often each verdict was given, "" for none."""
    found = {}
    with eye() as look:
        for level in LEVELS:
            for seed in range(seeds):
                for turn, name in enumerate(shots.PAPERS):
                    image, _truth = shots.taken(name, seed, level)
                    for kind, spoil, _bad in KINDS:
                        jpeg = papers.as_jpeg(spoil(image, seed + turn), quality=88)
                        said = found.setdefault((level, kind), Counter())
                        said[look(jpeg)["verdict"]] += 1
    return found


@cache
def errors():
    """(share of good photographs complained of, share of bad ones let through)."""
    found, wrong, of = table(SEEDS), Counter(), Counter()
    for kind, _spoil, bad in KINDS:
        if bad is None:
            continue
        for level in LEVELS:
            said = found[level, kind]
            of[bad] += said.total()
            wrong[bad] += said[""] if bad else said.total() - said[""]
    return wrong[False] / of[False], wrong[True] / of[True]


@figure
def capture_false_alarms():
    """Good photographs of papers that the browser complains of."""
    return Figure(errors()[0], "share", aim=0.02)


@figure
def capture_misses():
    """Bad ones that it says nothing of."""
    return Figure(errors()[1], "share", aim=0.1)


@cache
def fields():
    """Shares of fields read exactly: of the originals, of what is sent; the most bytes sent."""
    exact, of, largest = [0, 0], 0, 0
    with eye() as look:
        shots_taken = []
        for seed in range(READ):
            for name in shots.PAPERS:
                image, truth = shots.taken(name, seed, "moderate", scale=PIXELS)
                jpeg = papers.as_jpeg(image, quality=92)
                small = look(jpeg, small=True)["small"]
                shots_taken.append((name, truth, jpeg, small))
    for name, truth, jpeg, small in shots_taken:
        largest = max(largest, len(small))
        of += len(truth)
        for which, sent in enumerate((jpeg, small)):
            exact[which] += exactly(sent, name, truth)
    return exact[0] / of, exact[1] / of, largest


def exactly(jpeg, name, truth):
    """How many fields are read exactly as printed, of our own picture of a JPEG."""
    from kyc import intake

    kind = "carte_grise" if name == "carte_grise" else "cin"
    found = ocr.read(intake.decode(jpeg).jpeg, kind=kind).fields
    return sum(found[key].value == printed for key, printed in truth.items())


@figure
def capture_fields():
    """Fields read of what the browser sends, against those of the original."""
    original, small, _largest = fields()
    return Figure(small, "share", small / original, "the same photographs as they were taken")


@figure
def capture_bytes():
    """The largest that was sent of those."""
    return Figure(fields()[2] / 1024, "KiB", aim=250)


@figure
def capture_verdict():
    """From the choice of a photograph of nine million pixels to the verdict, four times slower."""
    image, _truth = shots.taken("front", 0, "moderate", scale=PIXELS)
    jpeg = papers.as_jpeg(image, quality=92)
    with eye(slower=4) as look:
        spans = sorted(look(jpeg)["milliseconds"] for _turn in range(5))
    return Figure(spans[2] / 1000, "s", aim=0.3)


def main(seeds):
    """Print the table."""
    for (level, kind), said in table(seeds).items():
        words = ", ".join(f"{verdict or 'good'} {count}" for verdict, count in said.most_common())
        sys.stdout.write(f"{level:9} {kind:14} {words}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
