"""Every hostile file ends as our own clean picture or a refusal in words; every good one is taken.

`HOSTILE_COUNT` files are spoiled by chance (`make hostile` for thousands). What they are:
tests/hostile.py; what must always be taken: tests/files.py.
"""

import hashlib
import io
import os
from collections import Counter
from itertools import cycle

import pytest
from django.urls import reverse
from PIL import Image

from kyc import fingerprints, intake, ocr
from tests import files, hostile
from tests.factories import IdentityCaseFactory
from tests.htmx import Page
from tests.kyc.test_uploads import Sender

pytestmark = pytest.mark.django_db
COUNT = int(os.environ.get("HOSTILE_COUNT", 40))
MEMORY = 512 * 10**6  # bytes
BOUNDARY = "boundary=b"
PART = 128 * 1024  # the largest that capture.js sends
CODES = {str(message): code for code, message in intake.MESSAGES.items()}
SIDE = "identity_front"

# The decoder's parent in between: it learns what a child used, even one that was killed.
WATCH = """
import ctypes, os, resource, sys, time
began, child = time.monotonic(), os.fork()
if not child:
    ctypes.CDLL(None).prctl(1, 9)  # it ends when this does
    os.execv(sys.executable, [sys.executable, "-I", {decoder!r}])
status, usage = os.wait4(child, 0)[1:]
with open({log!r}, "a") as log:
    log.write(f"{{usage.ru_maxrss * 1024}} {{time.monotonic() - began}}\\n")
if os.WIFSIGNALED(status):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), os.WTERMSIG(status))
os._exit(os.waitstatus_to_exitcode(status))
"""


@pytest.fixture
def children(tmp_path, monkeypatch):
    """What the decoders used: `children()` gives (bytes, seconds) of each."""
    log, program = tmp_path / "children", tmp_path / "watch.py"
    log.touch()
    program.write_text(WATCH.format(decoder=intake.child.__file__, log=str(log)))
    monkeypatch.setattr(intake.child, "__file__", str(program))

    def used():
        lines = [line.split() for line in log.read_text().splitlines()]
        return [(int(memory), float(seconds)) for memory, seconds in lines]

    return used


class Poster:
    """Somebody who sends whatever there is, by the form and in parts by turns."""

    def __init__(self, client):
        client.raise_request_exception = False
        self.client, self.case = client, IdentityCaseFactory()
        client.force_login(self.case.citizen)
        self.url = reverse("kyc:section", args=[self.case.pk, "photos"])
        self.ways = cycle([self.by_form, self.in_parts])
        self.names, self.media_types = cycle(hostile.NAMES), cycle(hostile.MEDIA_TYPES)

    def send(self, content):
        """What becomes of a file: TAKEN, or the code of its refusal."""
        said = next(self.ways)(content)
        if said is None:
            taken(self.case.documents.order_by("pk").last(), content)
            return hostile.TAKEN
        return CODES[said]

    def by_form(self, content):
        body = multipart(SIDE, next(self.names), next(self.media_types), content)
        answer = self.client.post(self.url, body, content_type=f"multipart/form-data; {BOUNDARY}")
        if answer.status_code == 302:
            return None
        assert answer.status_code == 422
        field = Page(answer).soup.find(id=f"field-{SIDE}")
        (said,) = field.select(".error p")
        said.span.extract()  # "Erreur :", for those who hear the page
        return said.text.strip()

    def in_parts(self, content):
        answer = Sender(self.case, content, client=self.client).send_all(size=PART)
        if answer.status_code == 204:
            return None
        assert answer.status_code == 422
        return answer.json()["message"]


def multipart(field, name, media_type, content):
    """The body of a form with a file, its name written as browsers write it."""
    for letter in '"\r\n':
        name = name.replace(letter, f"%{ord(letter):02X}")
    head = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    return f"{head}Content-Type: {media_type}\r\n\r\n".encode() + content + b"\r\n--b--\r\n"


def check_clean(jpeg, size):
    """It is a JPEG that carries nothing but its pixels, and opens."""
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.load()
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", size)
        assert set(picture.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(mark in jpeg for mark in (b"<script", b"<?php", b"PK\3\4", b"Exif"))
    assert max(size) <= 4 * 2400


def taken(document, content):
    """What is kept of a file that was sent is of this file, and clean."""
    assert document.original_sha256 == hashlib.sha256(content).hexdigest()
    with document.picture.open("rb") as stored:
        check_clean(stored.read(), (document.width, document.height))


@pytest.fixture
def poster(client, settings):
    rule = {"free": 10**9, "window": 86_400}
    settings.LIMITS = {"uploads": rule, "upload_kib": rule, "part_kib": rule}
    return Poster(client)


def check_children(children, count):
    used = children()
    assert count <= len(used)
    memory, seconds = (max(each) for each in zip(*used, strict=True))
    assert memory < MEMORY
    assert seconds < intake.WALL_SECONDS
    return f"{len(used)} children, {memory / 1e6:.0f} MB and {seconds:.1f} s at most"


def test_every_crafted_file_is_taken_clean_or_refused_in_words(poster, children):
    wrong, either, decoded = {}, {hostile.TAKEN, *intake.child.CODES}, 0
    for name, (content, due) in hostile.crafted().items():
        decoded += intake.child.kind_of(content[:16]) is not None
        got = poster.send(content)
        if got not in ({due} if due else either):
            wrong[name] = got
    assert wrong == {}
    check_children(children, decoded)
    assert poster.send(files.encoded(files.photo(), "JPEG")) == hostile.TAKEN


def test_files_spoiled_by_chance_are_taken_clean_or_refused_in_words(poster, children, capsys):
    said = Counter(poster.send(hostile.spoiled(number)[1]) for number in range(COUNT))
    assert said.keys() <= {hostile.TAKEN, "unknown", *intake.child.CODES}
    assert said[hostile.TAKEN]
    assert said["damaged"]
    used = check_children(children, COUNT - said["unknown"])
    assert poster.send(files.encoded(files.photo(), "JPEG")) == hostile.TAKEN
    with capsys.disabled():
        print(f"\n{COUNT} files: {dict(said.most_common())}; {used}")  # noqa: T201


def test_every_name_and_media_type_is_as_good_as_another(poster):
    content = files.encoded(files.photo(), "PNG")
    poster.ways = cycle([poster.by_form])
    for name in hostile.NAMES:
        assert poster.send(content) == hostile.TAKEN, name


def test_a_name_longer_than_a_request_may_have_is_refused_with_the_request(poster):
    body = multipart(SIDE, "a" * 4000 + ".jpg", "image/jpeg", files.encoded(files.photo(), "JPEG"))
    answer = poster.client.post(poster.url, body, content_type=f"multipart/form-data; {BOUNDARY}")
    assert answer.status_code == 400


@pytest.mark.skipif(COUNT <= 40, reason="takes all the time a child is given: make hostile")
@pytest.mark.parametrize("name", hostile.SLOW)
def test_what_takes_all_its_time_is_given_up(name, poster, children):
    content, due = hostile.slow()[name]
    assert poster.send(content) == due
    check_children(children, 1)


def test_every_good_file_is_taken(children):
    lost = {}
    for name, content in files.good().items():
        try:
            picture = intake.decode(content)
        except intake.Refused as refusal:
            lost[name] = refusal.code
        else:
            check_clean(picture.jpeg, (picture.width, picture.height))
    assert lost == {}
    check_children(children, 50)


def test_sixteen_bits_and_strips_keep_every_grey_where_it_was():
    wide = files.photo(7200, 4800)
    deep = files.png(
        256, 300, b"".join(b"\0" + bytes(range(256)) * 2 for _row in range(300)), depth=16
    )
    for upload, spots in (
        (files.encoded(wide, "PNG"), {(100, 30): 5, (1200, 800): 128, (2300, 1560): 249}),
        (deep, {(10, 150): 20, (64, 150): 128, (120, 150): 240}),
    ):
        image = Image.open(io.BytesIO(intake.decode(upload).jpeg)).convert("L")
        for spot, grey in spots.items():
            assert abs(image.getpixel(spot) - grey) < 6


@pytest.mark.parametrize("size", [(2400, 80), (80, 2400), (300, 200)])
def test_odd_pictures_that_are_taken_do_not_stop_who_reads_them(size):
    """A paper with nothing on it is read as nothing, and compared with others all the same."""
    jpeg = intake.decode(files.encoded(Image.new("RGB", size, "white"), "PNG")).jpeg
    assert not any(field.value for field in ocr.read(jpeg, kind="cin").fields.values())
    fingerprints.marks_and_probes(jpeg)
    look = fingerprints.look(jpeg)
    assert fingerprints.compare(look, look)
