"""What people send: every kind we take, and the files that are meant to hurt."""

import hashlib
import io
import threading

import pytest
from PIL import Image

from kyc import intake
from tests.files import encoded, pdf, photo, png
from tests.hostile import PASSWORD


def refusal(upload):
    with pytest.raises(intake.Refused) as caught:
        intake.decode(upload)
    assert str(caught.value.message)
    return caught.value.code


def opened(picture):
    image = Image.open(io.BytesIO(picture.jpeg))
    assert image.format == "JPEG"
    assert image.size == (picture.width, picture.height)
    return image


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("PDF", "application/pdf"),
    ],
)
def test_every_promised_kind_becomes_our_own_jpeg(kind, media_type):
    upload = encoded(photo(), kind)
    picture = intake.decode(upload)
    assert opened(picture).mode == "RGB"
    assert picture.media_type == media_type
    assert picture.original_sha256 == hashlib.sha256(upload).hexdigest()
    assert picture.sha256 == hashlib.sha256(picture.jpeg).hexdigest()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_sort_of_png_is_taken(mode):
    image = Image.new(mode, (400, 300), 1)
    assert opened(intake.decode(encoded(image, "PNG"))).size == (400, 300)


def test_a_cmyk_photo_is_taken():
    picture = intake.decode(encoded(Image.new("CMYK", (400, 300), (0, 0, 0, 0)), "JPEG"))
    assert opened(picture).getpixel((200, 150)) == (255, 255, 255)


def test_what_is_transparent_becomes_white():
    image = Image.new("RGBA", (400, 300), (200, 0, 0, 0))
    assert opened(intake.decode(encoded(image, "PNG"))).getpixel((9, 9)) == (255, 255, 255)


def test_a_large_photo_is_brought_to_the_longest_side_allowed():
    picture = intake.decode(encoded(photo(4000, 3000), "JPEG"))
    assert (picture.width, picture.height) == (2400, 1800)


def test_a_photo_taken_sideways_stands_upright_and_forgets_where_it_was_taken():
    image = photo(900, 600)
    image.paste((255, 0, 0), (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Telephone"
    exif.get_ifd(0x8825)[2] = (18.0, 55.0, 0.0)
    upload = encoded(image, "JPEG", exif=exif, quality=95)
    assert Image.open(io.BytesIO(upload)).getexif().get_ifd(0x8825)

    upright = opened(intake.decode(upload))

    assert upright.size == (600, 900)
    assert upright.getpixel((550, 50))[0] > 200
    assert upright.getpixel((550, 50))[2] < 90
    assert not dict(upright.getexif())
    assert "exif" not in upright.info


def test_a_comment_and_a_colour_profile_do_not_survive():
    upload = encoded(photo(), "JPEG", comment=b"<script>", icc_profile=b"profile " * 20)
    assert not {"comment", "icc_profile"} & set(opened(intake.decode(upload)).info)


def test_a_polyglot_loses_its_tail():
    tail = b"PK\x03\x04<script>alert(1)</script>"
    picture = intake.decode(encoded(photo(), "JPEG") + tail)
    assert b"script" not in picture.jpeg


def test_of_an_animation_only_the_first_frame_is_kept():
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("white", "black", "red")]
    upload = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    assert opened(intake.decode(upload)).getpixel((200, 150)) == (255, 255, 255)


def test_five_pages_give_one_picture_of_the_first_four():
    four, five = intake.decode(pdf(4)), intake.decode(pdf(5))
    one = intake.decode(pdf(1))
    assert (four.width, four.height) == (five.width, five.height) == (one.width, one.height * 4)


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff" + b"\0" * (11 * 1024 * 1024), "too_big"),
        (b"<!doctype html><script>alert(1)</script>", "unknown"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "unknown"),
        (encoded(photo(), "TIFF"), "unknown"),
        (encoded(photo(), "BMP"), "unknown"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unknown"),
        (b"GIF89a<html>", "damaged"),
        (encoded(photo(), "JPEG")[:4000], "damaged"),
        (encoded(photo(), "PNG")[:-2000], "damaged"),
        (encoded(photo(), "WEBP")[:600], "damaged"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, "damaged"),
        (b"%PDF-1.7\nnothing more", "damaged"),
        (pdf(0), "damaged"),
        (pdf(1, PASSWORD), "locked"),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), "too_small"),
        (encoded(photo(299, 200), "JPEG"), "too_small"),
        (png(60000, 60000, b""), "too_many_pixels"),
        (png(2**31 - 1, 2**31 - 1, b""), "too_many_pixels"),
        (png(12000, 12000, b"\0" * 144_012_000), "too_many_pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_readable_picture_is_refused_with_its_reason(upload, code):
    assert refusal(upload) == code


def test_slow_files_leave_threads_to_everybody_else(monkeypatch):
    started, ended = threading.Semaphore(0), threading.Event()

    def slow(upload):
        started.release()
        ended.wait(10)
        return intake.JPEG_START, 1, 1, []

    monkeypatch.setattr(intake, "_run", slow)
    monkeypatch.setattr(intake, "TURN_SECONDS", 0.05)
    upload = encoded(photo(), "JPEG")
    others = [threading.Thread(target=intake.decode, args=(upload,)) for _ in range(intake.AT_ONCE)]
    for other in others:
        other.start()
        assert started.acquire(timeout=5)
    assert refusal(upload) == "busy"
    ended.set()
    for other in others:
        other.join(10)
    assert intake.decode(upload).jpeg


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(intake, "WALL_SECONDS", 0.001)
    assert refusal(encoded(photo(), "JPEG")) == "exhausted"


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("x = bytearray(10**10)", "exhausted"),
        ("while True: pass", "exhausted"),
        ("open('/etc/hostname')", "damaged"),
        ("import os; os.kill(os.getpid(), 11)", "damaged"),
        ("sys.stdout.write('<html>'); sys.stderr.write('ok 9 9'); raise SystemExit", "damaged"),
    ],
)
def test_a_decoder_taken_over_gets_no_memory_no_time_and_no_file(
    program, code, monkeypatch, tmp_path
):
    hostile = tmp_path / "hostile.py"
    with open(intake.child.__file__) as source:
        harmless = source.read().replace("CPU_SECONDS = 15", "CPU_SECONDS = 1")
    attack = harmless.replace("    from PIL import Image\n\n    try:", f"    {program}\n    try:")
    assert attack != harmless
    hostile.write_text(attack)
    monkeypatch.setattr(intake.child, "__file__", str(hostile))
    assert refusal(encoded(photo(), "JPEG")) == code


def test_forty_million_pixels_fit_in_the_memory_of_the_child():
    upload = encoded(Image.new("RGBA", (8000, 5000), (9, 9, 9, 128)), "PNG", compress_level=1)
    assert intake.decode(upload).width == 2400


def test_noise_behind_a_true_beginning_is_refused_and_nothing_worse():
    noise = hashlib.sha512(b"noise").digest() * 60
    for head in (
        b"\xff\xd8\xff\xdb",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\1\0\0WEBP",
        b"%PDF-",
    ):
        assert refusal(head + noise) in {"damaged", "too_small", "too_many_pixels"}
