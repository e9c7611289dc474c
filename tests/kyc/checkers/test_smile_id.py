"""Smile ID's adapter beside what every service has: its store, and what its own library says."""

import io
import json
import time
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from smile_id_core.constants import ImageTypes, JobType
from smile_id_core.image_upload import prepare_info_json, validate_images
from smile_id_core.Signature import Signature
from smile_id_core.Utilities import Utilities

from kyc.checkers import smile_id
from kyc.checkers.base import Finding, Forged, NoAnswer, NotKnown, NotSent
from kyc.checkers.smile_id import SmileId
from tests import sandbox
from tests.kyc.checkers.conftest import Notebook, inquiry

# The library's own answer for these, computed once with it.
MOMENT, VECTOR = "2026-11-20T07:00:00.000Z", "8rlbv9DJyICL6WrnoCC8L/KJEahOKR6bK5QXo6mXeVI="


def shape(value):
    """Which keys there are, and of what kinds their values."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return type(value).__name__


@pytest.fixture
def library(services, settings):
    """The official client library, for the same partner; sid_server 0 is its trial system."""
    return Signature(settings.SMILE_ID_PARTNER, settings.SMILE_ID_KEY)


# --- What Smile ID publishes ----------------------------------------------------------------------


def test_our_signature_is_the_librarys(settings):
    settings.SMILE_ID_PARTNER, settings.SMILE_ID_KEY = "2212", "dummy-api-key"
    assert smile_id.signature(MOMENT)["signature"] == VECTOR
    assert Signature("2212", "dummy-api-key").generate_signature(MOMENT)["signature"] == VECTOR


def test_the_library_confirms_what_we_sign_now(library):
    ours = smile_id.signature()
    assert library.confirm_signature(ours["timestamp"], ours["signature"])


def test_we_confirm_what_the_library_signs(library):
    asked = inquiry()
    news = {"PartnerParams": {"user_id": asked.reference}, "ResultCode": "0810"}
    body = json.dumps(news | library.generate_signature()).encode()
    assert SmileId().read_callback(body, {}).reference == asked.reference


def test_the_library_takes_our_parameters_and_names_our_pictures_alike(services):
    asked = inquiry()
    given = smile_id._opening(smile_id.replace(asked, given={"opened": "1"}))
    Utilities.validate_partner_params(given["partner_params"])
    assert given["partner_params"]["job_type"] == JobType.DOCUMENT_VERIFICATION
    Utilities.validate_id_params("", smile_id._paper(asked.applicant), given["partner_params"])
    kinds = {"selfie": ImageTypes.SELFIE_FILE, "front": ImageTypes.ID_CARD_FILE}
    assert kinds | {"back": ImageTypes.ID_CARD_BACK_FILE} == smile_id.FILES


def test_our_package_has_the_shape_of_the_librarys(services, tmp_path, library):
    asked = smile_id.replace(inquiry(), given={"opened": "1"})
    with zipfile.ZipFile(io.BytesIO(smile_id.package(asked, "https://store"))) as archive:
        ours = json.loads(archive.read("info.json"))
        assert set(archive.namelist()) == {"info.json", "selfie.jpg", "front.jpg", "back.jpg"}
    paths = []
    for image in ours["images"]:
        (tmp_path / image["file_name"]).write_bytes(b"x")
        path = str(tmp_path / image["file_name"])
        paths.append({"image_type_id": image["image_type_id"], "file_name": path})
    assert validate_images(paths, job_type=JobType.DOCUMENT_VERIFICATION)
    theirs = prepare_info_json(
        "2212",
        asked.callback_url,
        "https://store",
        ours["misc_information"]["partner_params"],
        paths,
        ours["id_info"],
        library.generate_signature(),
    )
    theirs["misc_information"]["userData"] = {}  # of no use to anybody: ours is empty
    assert shape(ours) == shape(theirs)
    assert ours["images"] == theirs["images"]


def test_the_library_takes_what_the_sandbox_answers(services, library, settings):
    book, asked = Notebook(SmileId()), inquiry()
    book.settled(asked)
    job = f"{asked.reference}-1"
    options = {"return_images": False, "return_history": False}
    partner = Utilities(settings.SMILE_ID_PARTNER, settings.SMILE_ID_KEY, 0)
    partner.url = f"{services}/v1"
    said = partner.query_job_status(asked.reference, job, options, library.generate_signature())
    assert said["result"]["ResultCode"] == "0810"
    assert smile_id.verdict(said["result"]) == book.fetch(asked)


# --- Its store and its jobs -----------------------------------------------------------------------


def test_what_leaves_is_what_smile_id_takes(services):
    Notebook(SmileId()).settled(inquiry())
    [job] = sandbox.checks(services, "smile_id")
    assert [picture["kind"] for picture in job["pictures"]] == [0, 1, 5]
    assert job["info"] == {"country": "MG", "id_type": "IDENTITY_CARD"}


def test_pictures_are_brought_to_nobody_elses_store(services):
    sandbox.go_wrong(services, "smile_id", "ask", "foreign_store", times=1)
    with pytest.raises(NotSent, match="somebody else"):
        Notebook(SmileId()).ask(inquiry())


@pytest.mark.parametrize(
    "place",
    [
        "https://evilamazonaws.com/x",
        "https://smileidentity.com.evil.org/x",
        "https://user@s3.amazonaws.com/x",
        "http://s3.amazonaws.com/x",
        "ftp://s3.amazonaws.com/x",
        "//s3.amazonaws.com/x",
        "https://[::1",
        "",
    ],
)
def test_no_such_place_is_smile_ids(services, place):
    with pytest.raises(NotSent):
        smile_id._place(SmileId()._talk(), place)


def test_its_known_store_is_taken_with_its_query(services):
    place = "https://bucket.s3.eu-west-1.amazonaws.com/jobs/1/selfie.zip?X-Amz-Signature=abc"
    there, path = smile_id._place(SmileId()._talk(), place)
    assert there.base_url == "https://bucket.s3.eu-west-1.amazonaws.com"
    assert path == "/jobs/1/selfie.zip?X-Amz-Signature=abc"


@pytest.mark.parametrize("fault", ["lost_zip", "error_500", "cut"])
def test_where_the_pictures_got_lost_another_job_is_opened(services, fault):
    sandbox.go_wrong(services, "smile_id", "bring", fault, times=1)
    book, asked = Notebook(SmileId()), inquiry()
    if fault == "lost_zip":
        assert book.ask(asked).finding is Finding.WAITING
    else:
        with pytest.raises(NoAnswer):
            book.ask(asked)
    if fault != "cut":  # there they did arrive
        with pytest.raises(NotKnown):
            book.fetch(asked)
        assert book.settled(asked).finding is Finding.CLEAR
        assert [job["id"][36:] for job in sandbox.checks(services, "smile_id")] == ["-1", "-2"]


def test_a_job_is_never_opened_twice_under_one_name(services):
    book, asked = Notebook(SmileId()), inquiry()
    book.ask(asked)
    book.given = {}
    verdict = book.ask(asked)
    assert verdict.finding is Finding.UNKNOWN
    assert "2215" in verdict.words


@pytest.mark.parametrize(
    ("code", "actions", "finding"),
    [
        ("0810", {"Verify_Document": "Passed"}, Finding.CLEAR),
        ("0810", {"Verify_Document": "Failed"}, Finding.ATTENTION),
        ("0810", {"Verify_Document": "Marvellous"}, Finding.ATTENTION),
        ("0810", {}, Finding.ATTENTION),
        ("0812", {"Verify_Document": "Passed"}, Finding.ATTENTION),
        ("0811", {"Selfie_To_ID_Card_Compare": "Failed"}, Finding.REFUSED),
        ("0811", {"Register_Selfie": "Failed"}, Finding.ATTENTION),
        ("9999", {"Verify_Document": "Failed"}, Finding.UNKNOWN),
        (None, None, Finding.UNKNOWN),
    ],
)
def test_what_a_finished_job_says(code, actions, finding):
    assert smile_id.verdict({"ResultCode": code, "Actions": actions}).finding is finding


def test_no_name_read_from_the_paper_is_kept(services):
    verdict = Notebook(SmileId()).settled(inquiry())
    assert "NAME READ" not in json.dumps(verdict.evidence)


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-20T07:00:00", 5, None])
def test_a_callback_signed_at_no_moment_is_forged(library, moment):
    said = {"PartnerParams": {"user_id": "x"}, "timestamp": moment}
    said["signature"] = smile_id.signature(str(moment))["signature"] if moment else ""
    with pytest.raises(Forged):
        SmileId().read_callback(json.dumps(said).encode(), {})


def test_a_callback_is_read_for_an_hour(library):
    def read(age):
        moment = datetime.fromtimestamp(time.time(), UTC) - timedelta(minutes=age)
        news = {"PartnerParams": {"user_id": "x"}} | library.generate_signature(moment.isoformat())
        return SmileId().read_callback(json.dumps(news).encode(), {})

    assert read(50).reference == "x"
    with pytest.raises(Forged):
        read(70)
