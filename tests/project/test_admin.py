"""The admin site: behind our doors, for looking, and three acts that leave a line in the log."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Task

from kyc import guesses, limits
from kyc.credentials import Tally
from kyc.models import Deletion, TOTPDevice, User
from notify import messages
from project import failures, policy
from project.audit.models import Event, Round
from project.lib.access import FRESH
from tests import queued
from tests.factories import IdentityCaseFactory, UserFactory

pytestmark = pytest.mark.django_db

LISTS = [route.name for route in policy.routes() if route.name.endswith("_changelist")]
PHONE, MAIL, ADDRESS = "+261349990001", "canari.rakoto@example.mg", "41.188.77.66"
TRACEBACK = """null value : Traceback (most recent call last):
  File "worker.py", line 100, in worker
    res = f(*args)
  File "verbs.py", line 7, in pay
    raise IntegrityError(row)
django.db.utils.IntegrityError: duplicate key
DETAIL:  Key (phone)=(+261349990001) already exists.
"""


@pytest.fixture
def boss(client, login):
    user = UserFactory(administrator=True)
    login(user)
    return user


@pytest.fixture
def fresh(client, boss):
    session = client.session
    session[FRESH] = timezone.now().timestamp()
    session.save()
    return boss


def failed(**changes):
    fields = {"id": "f" * 32, "name": "four-failed-tasks", "func": "taxes.tasks.check"}
    fields |= {"args": (4242, "SECRETARG"), "kwargs": {}, "cluster": "hetra", "success": False}
    fields |= {"started": timezone.now(), "stopped": timezone.now(), "attempt_count": 3}
    return Failure.objects.create(**fields | {"result": TRACEBACK} | changes)


def signed_in(user):
    """A browser in which somebody signed in, with the row that lists it."""
    elsewhere = Client()
    elsewhere.force_login(user)
    key = elsewhere.session.session_key
    elsewhere.row = UserSession.objects.create(
        user=user, session_key=key, ip=ADDRESS, user_agent="Navigateur"
    )
    return elsewhere


@pytest.fixture
def filled(client):
    """Something in every table, with what must not be seen."""
    citizen = UserFactory(phone=PHONE, email=MAIL)
    IdentityCaseFactory(citizen=citizen, surname="CANARIRAKOTO", number="909876543210")
    TOTPDevice.objects.create(user=citizen, name="x", confirmed=True)
    messages.send_code("code", "sms", to=citizen, address=PHONE, code="813579")
    messages.send_to("unknown_account", "email", to=None, address=MAIL)
    signed_in(citizen)
    limits.take("password", f"{PHONE}|{guesses.neighbourhood(ADDRESS)}")
    failed()
    Schedule.objects.create(name="a task", func="taxes.tasks.check_open", args="('SECRETARG',)")
    Round.objects.create(kind=Round.Kind.ANCHORING, events=3)
    Deletion.objects.create(kind="messages", count=2, digest="0" * 64, before=timezone.now())
    return citizen


def act(client, table, name, *rows, **changes):
    data = {"action": name, "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(f"admin:{table}_changelist"), data, **changes)


def test_sessions_are_filtered_by_role_and_by_nothing_that_is_hidden(client, boss, filled):
    page = reverse("admin:usersessions_usersession_changelist")
    found = client.get(page, {"user__role__exact": "citizen"})
    assert [row.user for row in found.context["cl"].queryset] == [filled]
    for hidden in ("session_key__startswith", "user__phone__startswith", "user__password", "ip"):
        assert client.get(page, {hidden: "1"}).status_code == 400, hidden


def test_a_filter_takes_no_pattern_of_ones_own(client, boss, filled):
    page = reverse("admin:notify_message_changelist")
    assert client.get(page, {"state__exact": "queued"}).status_code == 200
    assert client.get(page, {"created_at__year": timezone.now().year}).status_code == 200
    assert client.get(page, {"state__regex": "("}).status_code == 400


# --- Doors ----------------------------------------------------------------------------------------


def test_there_are_no_pages_but_lists_and_the_way_in_and_out():
    names = {route.name for route in policy.routes() if route.name.startswith("admin:")}
    ways = {"index", "jsi18n", "login", "logout", "password_change"}
    assert names == {f"admin:{way}" for way in ways} | set(LISTS)
    assert len(LISTS) == 10


@pytest.mark.parametrize("name", ["index", "login", "logout", "password_change", "jsi18n"])
def test_whoever_is_not_signed_in_is_sent_to_our_own_page(client, name):
    answer = client.get(reverse(f"admin:{name}"))
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_login"))


def test_the_admin_sites_own_sign_in_signs_nobody_in(client):
    user = UserFactory(administrator=True, is_superuser=True)
    form = {"username": user.phone, "password": "x", "next": "/admin/"}
    for page in ("/admin/login/", "/admin/"):
        assert client.post(page, form).url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_signed_in_its_ways_lead_to_our_pages(client, boss):
    found = {name: client.get(reverse(f"admin:{name}")).url for name in ("login", "logout")}
    found["password_change"] = client.get(reverse("admin:password_change")).url
    assert found == {
        "login": reverse("admin:index"),
        "logout": reverse("account_logout"),
        "password_change": reverse("account_change_password"),
    }


@pytest.mark.parametrize("role", [role for role in User.Role if role != "administrator"])
def test_no_other_role_opens_it_whatever_django_calls_them(client, login, role):
    login(UserFactory(role=role, is_superuser=True))
    for name in ["admin:index", *LISTS]:
        assert client.get(reverse(name)).status_code == 403, name


def test_without_the_second_factor_an_administrator_is_sent_to_give_it(client, login):
    user = UserFactory(administrator=True)
    TOTPDevice.objects.create(user=user, name="x", confirmed=True)
    login(user, factor=False)
    for name in ["admin:index", *LISTS]:
        answer = client.get(reverse(name))
        assert answer.url.startswith(reverse("kyc:second_factor")), name


def test_the_site_asks_again_behind_the_door(rf, client, boss):
    """If the door were left open one day, the site would still know whom it is for."""
    request = rf.get("/admin/")
    for user, factor, let_in in [
        (boss, True, True),
        (boss, False, False),
        (UserFactory(administrator=True, is_active=False), True, False),
        (UserFactory(supervisor=True, is_superuser=True), True, False),
    ]:
        user.is_verified = lambda factor=factor: factor
        request.user = user
        assert admin.site.has_permission(request) is let_in


def test_a_table_without_a_window_is_refused():
    for asked in (None, admin.ModelAdmin):
        with pytest.raises(TypeError):
            admin.site.register(User, asked)


def test_nothing_but_what_operating_needs_is_shown():
    shown = {model._meta.label_lower for model in admin.site._registry}
    assert shown == {
        "django_q.ormq", "django_q.schedule", "django_q.failure", "audit.head", "audit.round",
        "notify.message", "usersessions.usersession", "kyc.tally", "kyc.deletion",
        "kyc.staffrequest",
    }  # fmt: skip
    assert len(list(apps.get_models())) > 3 * len(shown)


# --- Looking --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_each_list_opens_in_french_and_hides_what_it_must(client, boss, filled, name):
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert 'lang="fr"' in page.text
    hidden = [PHONE, PHONE[4:], "99 900 01", MAIL, ADDRESS, "813579", "CANARIRAKOTO", "9098"]
    hidden += ["SECRETARG", "DETAIL", UserSession.objects.first().session_key]
    hidden += Tally.objects.values_list("key", flat=True)
    hidden += OrmQ.objects.values_list("payload", flat=True)
    assert [word for word in hidden if word in page.text] == []


def test_the_lists_show_what_they_are_for(client, boss, filled):
    def text(table):
        page = client.get(reverse(f"admin:{table}_changelist")).text
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    assert "django.db.utils.IntegrityError" in text("django_q_failure")
    assert "notify.tasks.deliver" in text("django_q_ormq")
    assert "034 •• ••• 01" in text("notify_message")
    assert "c…@example.mg" in text("notify_message")
    assert "41.188.77.0/24" in text("usersessions_usersession")
    assert "password" in text("kyc_tally")


@pytest.mark.parametrize(
    ("table", "probe"),
    [
        ("notify_message", "template__startswith=c&body__contains=8"),
        ("notify_message", "recipient__phone__startswith=%2B2613499"),
        ("kyc_tally", "key__startswith=a"),
        ("usersessions_usersession", "session_key__startswith=a"),
        ("usersessions_usersession", "user__password__startswith=argon2"),
        ("usersessions_usersession", "ip=41.188.77.66"),
        ("kyc_staffrequest", "user__email__contains=a"),
        ("django_q_failure", "result__contains=a"),
    ],
)
def test_what_is_hidden_cannot_be_guessed_through_a_filter(client, boss, filled, table, probe):
    assert client.get(reverse(f"admin:{table}_changelist") + f"?{probe}").status_code == 400


def test_what_is_offered_filters(client, boss, filled):
    page = client.get(reverse("admin:notify_message_changelist"), {"channel__exact": "email"})
    assert "c…@example.mg" in page.text
    assert "034 •• ••• 01" not in page.text
    for table, field in (("notify_message", "created_at"), ("django_q_failure", "stopped")):
        year = {f"{field}__year": timezone.now().year}
        assert client.get(reverse(f"admin:{table}_changelist"), year).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_added_changed_or_deleted(client, fresh, filled, name):
    page = reverse(name)
    before = [model._default_manager.count() for model in admin.site._registry]
    for tail in ("add/", "1/change/", "1/delete/", "1/history/", "1/"):
        assert client.get(page + tail).status_code == 404
    client.post(page, {"action": "delete_selected", "_selected_action": ["1"], "post": "yes"})
    assert [model._default_manager.count() for model in admin.site._registry] == before


def test_administrators_find_it_in_their_menu_and_their_way_back(client, boss):
    assert reverse("admin:index") in client.get(reverse("kyc:staff_list")).text
    page = client.get(reverse("admin:index")).text
    assert reverse("kyc:staff_list") in page
    assert f'action="{reverse("account_logout")}"' in page


# --- Acting ---------------------------------------------------------------------------------------


def last():
    return Event.objects.latest("pk")


def test_acting_asks_for_the_factor_again(client, boss, filled):
    answer = act(client, "django_q_failure", "retry", Failure.objects.get())
    assert answer.url.startswith(reverse("kyc:second_factor"))
    assert Failure.objects.exists()


def test_a_failed_task_is_queued_again_as_it_was(client, fresh):
    act(client, "django_q_failure", "retry", failed())
    assert queued.waiting() == [("taxes.tasks.check", (4242, "SECRETARG"))]
    assert not Failure.objects.exists()
    event = last()
    assert (event.action, event.actor, event.object_id) == ("task.retried", fresh.pk, "f" * 32)
    assert event.data == {"func": "taxes.tasks.check"}


def test_a_task_that_is_still_being_tried_is_left_alone(client, fresh):
    act(client, "django_q_failure", "retry", failed(attempt_count=2))
    assert queued.waiting() == []
    assert Failure.objects.exists()


def test_the_kind_of_an_error_is_told_and_none_of_its_words():
    assert failures.kind(Task(result=TRACEBACK)) == "django.db.utils.IntegrityError"
    assert failures.kind(Task(result="Task exceeded maximum timeout value")) == ""
    assert failures.kind(Task(result=None)) == ""


def test_a_session_is_ended_by_an_administrator(client, fresh, filled):
    citizen = signed_in(filled)
    assert citizen.get(reverse("taxes:dashboard")).status_code == 200
    act(client, "usersessions_usersession", "close", citizen.row)
    assert citizen.get(reverse("taxes:dashboard")).status_code == 302
    event = last()
    assert (event.action, event.actor, event.object_id) == (
        "session.closed", fresh.pk, str(filled.pk)
    )  # fmt: skip


def test_somebody_who_is_held_back_is_found_by_their_number_and_let_go(client, fresh, filled):
    limits.take("password_account", PHONE)
    limits.take("number_day", f"code|{MAIL}")
    limits.take("password", f"+261340000000|{guesses.neighbourhood(ADDRESS)}")
    found = client.get(reverse("admin:kyc_tally_changelist"), {"q": str(filled.pk)})
    rows = list(found.context["cl"].queryset)
    assert {row.action for row in rows} >= {"password", "password_account"}
    assert len(rows) < Tally.objects.count()
    act(client, "kyc_tally", "release", *rows)
    assert set(rows) & set(Tally.objects.all()) == set()
    events = Event.objects.filter(action="limit.released")
    assert len(events) == len(rows)
    assert PHONE not in str(list(events.values()))


def test_the_counts_of_an_address_are_found_by_it(client, boss):
    limits.take("password_address", guesses.source("2c0f:f8f0:1:2::3"))
    limits.take("password_address", guesses.source("41.188.1.1"))
    page = client.get(reverse("admin:kyc_tally_changelist"), {"q": "2c0f:f8f0:1:2:ffff::9"})
    assert len(page.context["cl"].queryset) == 1


@pytest.mark.parametrize("q", ["x", "0", "9" * 30, "'; --", "1e9", "-1"])
def test_whatever_is_searched_breaks_nothing(client, boss, filled, q):
    page = client.get(reverse("admin:kyc_tally_changelist"), {"q": q})
    assert (page.status_code, len(page.context["cl"].queryset)) == (200, 0)


def test_no_act_is_left_to_djangos_own_history(client, fresh, filled):
    act(client, "django_q_failure", "retry", Failure.objects.get())
    act(client, "kyc_tally", "release", *Tally.objects.all())
    assert not LogEntry.objects.exists()
