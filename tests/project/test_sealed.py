"""Sealed columns: plain in Python, unreadable in the database, found by their blind index."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, models
from django.db.models import F
from django.forms import modelform_factory
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from kyc.models import Document, IdentityCase, TOTPDevice
from notify.models import Message
from project.lib import crypto, sealed
from taxes.models import Callback
from tests.factories import (
    DocumentFactory,
    IdentityCaseFactory,
    MessageFactory,
    PaymentFactory,
    UserFactory,
    VehicleCaseFactory,
)

pytestmark = pytest.mark.django_db

NUMBER = "101234567890"


def ring(*letters):
    return [f"{each}:{base64.b64encode(each.encode() * 32).decode()}" for each in letters]


def stored(row, name):
    """What lies in the database: bytes, or None."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {table} WHERE id = %s", [row.pk])
        value = cursor.fetchone()[0]
    return value if value is None else bytes(value)


def put(row, name, value):
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {row._meta.db_table} SET {name} = %s WHERE id = %s", [value, row.pk]
        )


def case(**changes):
    return IdentityCaseFactory(photos=False, **{"number": NUMBER, **changes})


# --- There and back -----------------------------------------------------------------------------


def test_nothing_of_a_sealed_value_lies_in_the_database():
    values = {"number": NUMBER, "address": "Lot II M 45", "father": "RABE", "birth_place": "Ivato"}
    row = case(**values, birth_date=date(1985, 6, 25))
    for name, value in values.items():
        assert stored(row, name).startswith(b"demo:")
        assert value.encode() not in stored(row, name)
    assert b"1985" not in stored(row, "birth_date")
    again = IdentityCase.objects.get(pk=row.pk)
    assert {name: getattr(again, name) for name in values} == values
    assert again.birth_date == date(1985, 6, 25)


@given(st.text(max_size=80))
def test_any_words_come_back(text):
    device = TOTPDevice(user_id=1, key=text)
    field = TOTPDevice._meta.get_field("key")
    column = bytes(field.get_db_prep_save(device.key, connection).adapted)
    assert field.from_db_value(column, None, connection) == text


def test_a_reading_comes_back_whole_and_can_be_written_without_the_row():
    read = {"fields": {"number": {"value": NUMBER, "confidence": 0.5}}, "text": "é\u00a0½"}
    document = DocumentFactory(reading=read)
    document.refresh_from_db()
    assert document.reading == read
    Document.objects.filter(pk=document.pk).update(reading={"fields": {}})
    document.refresh_from_db()
    assert document.reading == {"fields": {}}
    assert stored(document, "reading").startswith(b"demo:")


def test_what_payments_and_vehicles_say_of_people_is_sealed():
    payment, case = PaymentFactory(), VehicleCaseFactory(photos=False, holder="RABE Jean")
    body = b'{"debitParty": "0341234567"}\x00\xff'
    callback = Callback.objects.create(provider="mvola", payment=payment, body=body, digest="x")
    message = MessageFactory()
    assert b"341234567" not in stored(payment, "phone") + stored(callback, "body")
    assert b"RABE" not in stored(case, "holder")
    assert b"341234567" not in stored(message, '"to"')
    for row in (payment, case, callback, message):
        row.refresh_from_db()
    assert (payment.phone, case.holder) == ("+261341234567", "RABE Jean")
    assert (callback.body, message.to) == (body, "+261341234567")


@given(st.binary(max_size=80))
def test_any_bytes_come_back(body):
    field = Callback._meta.get_field("body")
    column = bytes(field.get_db_prep_save(body, connection).adapted)
    assert field.from_db_value(column, None, connection) == body


def test_a_message_and_a_seed_are_sealed():
    message, device = (
        MessageFactory(body="code 123456"),
        TOTPDevice.objects.create(user=UserFactory(), key="3132" * 10),
    )
    assert b"123456" not in stored(message, "body")
    assert b"3132" not in stored(device, "key")
    assert Message.objects.get().body == "code 123456"
    assert TOTPDevice.objects.get().bin_key == b"12" * 10


def test_nothing_is_null_and_an_empty_word_is_an_empty_word():
    row = IdentityCaseFactory(empty=True, photos=False)
    assert stored(row, "number") is None
    assert stored(row, "birth_date") is None
    again = IdentityCase.objects.get()
    assert (again.number, again.number_index, again.birth_date, again.address) == (None,) * 3 + (
        "",
    )


def test_values_only_and_defer_give_plain_words():
    row = case()
    assert IdentityCase.objects.values_list("number", flat=True).get() == NUMBER
    assert IdentityCase.objects.values("number").get() == {"number": NUMBER}
    assert IdentityCase.objects.annotate(copy=F("number")).get().copy == NUMBER
    for rows in (IdentityCase.objects.only("surname"), IdentityCase.objects.defer("number")):
        one = rows.get()
        assert "number" in one.get_deferred_fields()
        assert one.number == NUMBER
    row.surname = "AUTRE"
    row.save(update_fields=["surname"])
    row.refresh_from_db(fields=["number"])
    assert row.number == NUMBER


def test_rows_written_together_are_sealed_one_by_one():
    person = UserFactory()
    many = [TOTPDevice(user=person, name=str(turn), key=f"{turn:040}") for turn in range(3)]
    TOTPDevice.objects.bulk_create(many)
    rows = list(TOTPDevice.objects.order_by("pk"))
    assert [row.key for row in rows] == [f"{turn:040}" for turn in range(3)]
    for row in rows:
        row.key = "ff" * 20
    TOTPDevice.objects.bulk_update(rows, ["key"])
    assert {row.key for row in TOTPDevice.objects.all()} == {"ff" * 20}
    assert len({stored(row, "key") for row in rows}) == 3


def test_longer_than_the_column_says_is_refused():
    longest = IdentityCase._meta.get_field("number").max_length
    with pytest.raises(ValueError, match=f"at most {longest}"):
        case(number="1" * (longest + 1))


# --- Never anything doubtful --------------------------------------------------------------------


def test_what_was_altered_is_never_given_back():
    row = case()
    whole = stored(row, "number")
    for wrong in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), NUMBER.encode(), b"", b"x:y"):
        put(row, "number", wrong)
        with pytest.raises(crypto.Unsealable, match="kyc_identitycase.number"):
            IdentityCase.objects.get()
        with pytest.raises(crypto.Unsealable):
            IdentityCase.objects.values("number").get()
    put(row, "number", whole)
    assert IdentityCase.objects.get().number == NUMBER


def test_a_value_moved_to_another_column_is_not_read():
    row = case()
    put(row, "address", stored(row, "father"))
    with pytest.raises(crypto.Unsealable, match="kyc_identitycase.address"):
        IdentityCase.objects.get()


def test_a_copy_made_by_the_database_is_not_read():
    case()
    IdentityCase.objects.update(address=F("number"))
    with pytest.raises(crypto.Unsealable):
        IdentityCase.objects.get()


def test_without_its_key_a_row_is_not_read():
    with override_settings(FIELD_KEYS=ring("a")):
        case()
    with override_settings(FIELD_KEYS=ring("b")), pytest.raises(crypto.Unsealable):
        IdentityCase.objects.get()
    with override_settings(FIELD_KEYS=ring("b", "a")):
        assert IdentityCase.objects.get().number == NUMBER


def test_an_error_says_nothing_of_what_lay_there():
    row = case()
    put(row, "number", NUMBER.encode())
    with pytest.raises(crypto.Unsealable) as refusal:
        IdentityCase.objects.get()
    assert NUMBER not in str(refusal.value)


@pytest.mark.parametrize(
    "question",
    [{"number": NUMBER}, {"number__in": [NUMBER]}, {"address__contains": "Lot"}]
    + [{"birth_date__year": 1985}, {"number__gt": ""}, {"father__iexact": "x"}],
    ids=str,
)
def test_a_question_that_would_find_nothing_is_refused(question):
    with pytest.raises(FieldError):
        IdentityCase.objects.filter(**question).exists()
    with pytest.raises(FieldError):
        IdentityCase.objects.exclude(**question).exists()


def test_whether_there_is_a_value_can_be_asked():
    case()
    IdentityCaseFactory(empty=True, photos=False)
    assert IdentityCase.objects.filter(number=None).count() == 1
    assert IdentityCase.objects.filter(number__isnull=False).get().number == NUMBER
    with pytest.raises(FieldError):
        Document.objects.filter(reading__fields={}).exists()


def test_a_sealed_column_may_not_be_unique_nor_indexed():
    class Wrong(models.Model):
        once = sealed.SealedCharField(max_length=5, unique=True)
        once_index = sealed.BlindIndexField("once")

        class Meta:
            app_label = "tests"
            managed = False

        def __str__(self):
            return ""

    assert {fault.id for fault in Wrong.check()} >= {"hetra.E010", "hetra.E011"}
    assert IdentityCase.check() == []


# --- No state on a shared field -----------------------------------------------------------------


def test_a_form_that_failed_leaves_nothing_behind():
    """The kept library left a flag on the field: every later read gave the sealed bytes."""
    row = case()
    form_class = modelform_factory(IdentityCase, fields=["number", "birth_date"])
    form = form_class({"number": "x" * 40, "birth_date": "never"}, instance=row)
    assert not form.is_valid()
    broken = IdentityCase(number="9" * 40)
    with pytest.raises(ValidationError):
        broken.full_clean()
    assert IdentityCase.objects.get().number == NUMBER


def test_a_form_writes_what_was_typed():
    row = case()
    form_class = modelform_factory(IdentityCase, fields=["number", "birth_date", "address"])
    typed = {"number": "202345678901", "birth_date": "1990-01-02", "address": "Lot 1"}
    form = form_class(typed, instance=row)
    assert form.is_valid(), form.errors
    form.save()
    again = IdentityCase.objects.get()
    assert (again.number, again.birth_date) == ("202345678901", date(1990, 1, 2))
    assert IdentityCase.objects.numbered("202345678901").get() == again
    assert form_class(instance=again)["number"].value() == "202345678901"


@pytest.mark.django_db(transaction=True)
def test_four_threads_read_write_and_fail_side_by_side():
    rows = [case(number=f"{turn:012}") for turn in range(4)]
    form_class = modelform_factory(IdentityCase, fields=["number"])

    def work(row):
        try:
            for _turn in range(25):
                assert not form_class({"number": "9" * 40}, instance=IdentityCase()).is_valid()
                one = IdentityCase.objects.get(pk=row.pk)
                assert one.number == row.number
                one.save(update_fields=["number"])
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, rows)) == [True] * 4


# --- The blind index ----------------------------------------------------------------------------


def test_a_number_is_found_however_it_is_spaced_and_shows_nothing():
    row = case()
    for spelling in (NUMBER, "101 234 567 890", "１０１ 234.567-890"):
        assert IdentityCase.objects.numbered(spelling).get() == row
    assert not IdentityCase.objects.numbered("101234567891").exists()
    assert NUMBER not in row.number_index
    with override_settings(BLIND_KEYS=ring("z")):
        assert not IdentityCase.objects.numbered(NUMBER).exists(), "the index has no key"


def test_two_people_without_a_number_never_collide():
    for _turn in range(2):
        IdentityCaseFactory(approved=True, number=None, photos=False)
    assert IdentityCase.objects.filter(number_index=None).count() == 2


def test_one_number_is_approved_once():
    case(approved=True)
    case()
    with pytest.raises(IntegrityError):
        case(approved=True)


def test_the_index_follows_its_value_also_in_a_partial_save():
    row = case()
    row.number = "202345678901"
    row.save(update_fields=["number"])
    assert not IdentityCase.objects.numbered(NUMBER).exists()
    assert IdentityCase.objects.numbered("202345678901").get() == row
    row.number = None
    row.save(update_fields={"number"})
    row.refresh_from_db()
    assert row.number_index is None


def test_the_key_of_the_index_opens_nothing_and_changes_it():
    one = crypto.blind(NUMBER, context="a")
    assert one != crypto.blind(NUMBER, context="b")
    with override_settings(BLIND_KEYS=ring("z", "y")):
        newest, older = crypto.blinds(NUMBER, context="a")
    assert newest.startswith("z:")
    assert older.startswith("y:")
    assert len({one, newest[2:], older[2:]}) == 3
