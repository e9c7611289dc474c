"""What the browser says of a photograph before it is sent, and that making it small costs no field.

The figures were chosen on more papers: `python -m tests.load.capture` prints the table.
"""

import gzip
import io
import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from PIL import Image

from kyc import intake, ocr
from project.sandbox import papers
from tests import shots
from tests.factories import IdentityCaseFactory

KIB = 1024


@pytest.fixture(scope="module")
def eye(browser):
    page = browser.new_page()
    page.add_script_tag(path=shots.SCRIPT)
    yield page
    page.close()


def verdict(eye, image, **options):
    return shots.looked_at(eye, papers.as_jpeg(image, quality=88), **options)["verdict"]


@pytest.mark.browser
@pytest.mark.parametrize("level", ["clean", "moderate"])
@pytest.mark.parametrize("name", shots.PAPERS)
def test_good_photographs_pass(eye, name, level):
    image, _truth = shots.taken(name, 0, level)
    assert verdict(eye, image) == ""
    assert verdict(eye, image.resize((image.width * 2, image.height * 2))) == ""
    assert verdict(eye, shots.dark(image, 0.6)) == ""
    assert verdict(eye, shots.far(image, 1.3)) == ""


@pytest.mark.browser
@pytest.mark.parametrize("name", shots.PAPERS)
def test_bad_ones_are_told_what_is_wrong(eye, name):
    image, _truth = shots.taken(name, 1, "moderate")
    said = {
        "blurred": verdict(eye, shots.blurred(image, 2)),
        "shaken": verdict(eye, shots.shaken(image, 8)),
        "glared": verdict(eye, shots.glared(image, 0.03)),
        "dark": verdict(eye, shots.dark(image, 0.2)),
        "far": verdict(eye, shots.far(image, 2.6)),
        "small": verdict(eye, image.resize((640, 440))),
    }
    assert said == {
        "blurred": "blur",
        "shaken": "blur",
        "glared": "glare",
        "dark": "dark",
        "far": "far",
        "small": "small",
    }
    assert {verdict(eye, shots.cut(image, 0.12, side)) for side in range(4)} == {"cut"}


@pytest.mark.browser
def test_a_white_page_that_fills_the_picture_is_no_glare(eye):
    page = Image.new("RGB", (1240, 1754), "white")
    paper, _truth = shots.paper("carte_grise", 0)
    page.paste(paper.convert("L").point(lambda grey: 0 if grey < 120 else 255), (0, 300))
    assert verdict(eye, page) != "glare"


@pytest.mark.browser
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_way_of_holding_a_telephone_ends_upright(eye, turn):
    upright = Image.new("RGB", (1200, 800), "white")
    upright.paste("black", (0, 0, 600, 400))  # the corner at the top left
    stored = upright
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Transpose members that undo each turn
    if turn > 1:
        stored = upright.transpose(Image.Transpose(undo[turn]))
    exif = Image.Exif()
    exif[0x0112] = turn
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=exif)
    sent = Image.open(io.BytesIO(shots.looked_at(eye, out.getvalue(), small=True)["small"]))
    assert sent.size == (1200, 800)
    dark = [sent.convert("L").getpixel(spot) < 128 for spot in ((300, 200), (900, 200), (300, 600))]
    assert dark == [True, False, False]
    assert not sent.getexif()


@pytest.mark.browser
def test_what_is_sent_is_small_and_every_field_is_read_as_before(eye):
    """One paper of each kind, as a telephone of nine million pixels takes it; more in the bench."""
    exact = {"original": 0, "sent": 0}
    for name in shots.PAPERS:
        image, truth = shots.taken(name, 3, "moderate", scale=2.4)
        original = papers.as_jpeg(image, quality=92)
        sent = shots.looked_at(eye, original, small=True)["small"]
        assert len(sent) <= 250 * KIB < len(original)
        for which, jpeg in (("original", original), ("sent", sent)):
            kind = "carte_grise" if name == "carte_grise" else "cin"
            fields = ocr.read(intake.decode(jpeg).jpeg, kind=kind).fields
            exact[which] += sum(fields[key].value == printed for key, printed in truth.items())
    assert exact["original"] > 20
    assert exact["sent"] >= exact["original"]


# --- What a page weighs ---------------------------------------------------------------------------

STATIC = re.compile(r'(?:src|href)="/static/([^"#?]+)')
HTMX = "django_htmx/htmx-2.min.js"


def weight(page):
    """Compressed bytes of a page and all it loads, htmx counted whether it does or not."""
    sizes = {"the page": len(gzip.compress(page.encode(), 9))}
    for name in {HTMX, *STATIC.findall(page)}:
        with open(finders.find(name), "rb") as file:
            sizes[name] = len(gzip.compress(file.read(), 9))
    return sizes


@pytest.mark.django_db
@pytest.mark.parametrize("section", ["piece", "photos", "portrait"])
def test_a_page_of_the_form_weighs_at_most_40_kb_with_everything(client, section, capsys):
    case = IdentityCaseFactory(photos=False)
    client.force_login(case.citizen)
    answer = client.get(reverse("kyc:section", args=[case.pk, section]))
    sizes = weight(answer.text)
    with capsys.disabled():
        figures = ", ".join(f"{name} {size}" for name, size in sorted(sizes.items()))
        print(f"\n{section}: {sum(sizes.values()) / KIB:.1f} KiB ({figures})")  # noqa: T201
    assert "css/hetra.css" in sizes
    assert ("js/capture.js" in sizes) == (section != "piece")
    assert sum(sizes.values()) <= 40 * KIB
