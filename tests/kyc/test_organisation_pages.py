"""The pages of organisations: who opens which, with what proof, and for how long."""

import re
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kyc import factors, organisations
from kyc.models import Membership, Organisation
from project.lib import access, sessions
from project.lib.access import FRESH
from tests.conftest import pass_second_factor
from tests.factories import (
    IdentityCaseFactory,
    MembershipFactory,
    OrganisationFactory,
    TariffFactory,
    UserFactory,
)
from tests.kyc.test_accounts import is_signed_in, sign_in
from tests.kyc.test_factors import token_of

pytestmark = pytest.mark.django_db

LIST, FOUND = "kyc:organisation_list", "kyc:organisation_found"
DETAIL, INVITE, END = "kyc:organisation_detail", "kyc:organisation_invite", "kyc:membership_end"


@pytest.fixture
def organisation():
    return OrganisationFactory(name="Canari Transports", nif="4000016017")


@pytest.fixture
def checker(organisation):
    return MembershipFactory(organisation=organisation, checker=True).user


def browser(user, *, factor=True, fresh=True):
    client = Client()
    client.force_login(user)
    if factor:
        pass_second_factor(client, user)
    session = client.session
    if fresh:
        session[FRESH] = time.time()
    session.save()
    return client


def address(name, organisation, part=None):
    return reverse(name, args=[organisation.pk, *([part.pk] if part else [])])


def known(**fields):
    person = UserFactory(**fields)
    IdentityCaseFactory(citizen=person, approved=True, photos=False)
    return person


# --- Who opens what -------------------------------------------------------------------------------


def test_each_page_opens_for_whom_it_is(organisation, checker):
    maker = organisation.founded_by
    guest = known(phone="+261349900000")
    invitation = MembershipFactory(organisation=organisation, invited=True)
    people = {
        "maker": browser(maker),
        "checker": browser(checker),
        "guest": browser(guest),
        "stranger": browser(OrganisationFactory().founded_by),
        "agent": browser(UserFactory(agent=True)),
        "administrator": browser(UserFactory(administrator=True)),
    }
    own = organisation.memberships.get(user=checker)
    pages = {
        LIST: (reverse(LIST), [200, 200, 200, 200, 403, 403]),
        FOUND: (reverse(FOUND), [200, 200, 200, 200, 403, 403]),
        DETAIL: (address(DETAIL, organisation), [200, 200, 403, 404, 403, 403]),
        INVITE: (address(INVITE, organisation), [200, 403, 403, 404, 403, 403]),
        END: (address(END, organisation, own), [200, 200, 403, 404, 403, 403]),
        "withdraw": (address(END, organisation, invitation), [200, 404, 403, 404, 403, 403]),
        "invitation": (
            reverse("kyc:invitation", args=[invitation.pk]),
            [404, 404, 200, 404, 403, 403],
        ),
        "register": (reverse("kyc:organisation_register"), [403, 403, 403, 403, 403, 200]),
        "suspend": (
            reverse("kyc:organisation_suspend", args=[organisation.pk]),
            [403, 403, 403, 403, 403, 200],
        ),
    }
    found = {
        name: [client.get(page).status_code for client in people.values()]
        for name, (page, _) in pages.items()
    }
    assert found == {name: expected for name, (_page, expected) in pages.items()}


def test_posting_is_refused_wherever_looking_is(organisation, checker):
    part = organisation.memberships.get(user=checker)
    before = list(Membership.objects.order_by("pk").values_list("pk", "state"))
    form = {"role": "maker", "address": "034 55 666 77", "answer": "accept", "state": "suspended"}
    for client, statuses in (
        (browser(checker), {INVITE: 403}),
        (browser(OrganisationFactory().founded_by), {INVITE: 404, END: 404}),
        (browser(UserFactory()), {INVITE: 403, END: 403}),
    ):
        for name, status in statuses.items():
            page = address(name, organisation, part if name == END else None)
            assert client.post(page, form).status_code == status, name
    assert (
        list(
            Membership.objects.filter(pk__in=[pk for pk, _ in before])
            .values_list("pk", "state")
            .order_by("pk")
        )
        == before
    )
    assert Membership.objects.filter(state="invited").count() == 0


def test_nothing_of_an_organisation_reaches_another(organisation, checker):
    for client in (browser(OrganisationFactory().founded_by), browser(known())):
        for page in (reverse(LIST), address(DETAIL, organisation), reverse("taxes:dashboard")):
            TariffFactory()
            assert "Canari" not in client.get(page).text


def test_the_part_of_another_organisation_is_not_found_under_ones_own(organisation, checker):
    mine = OrganisationFactory()
    part = organisation.memberships.get(user=checker)
    client = browser(mine.founded_by)
    assert client.post(address(END, mine, part)).status_code == 404
    part.refresh_from_db()
    assert part.state == "active"


def test_colleagues_see_initials_and_a_masked_phone_and_no_paper(organisation, checker):
    IdentityCaseFactory(
        citizen=checker, approved=True, surname="CANARINOM", given_names="Hery Canariprenom"
    )
    page = browser(organisation.founded_by).get(address(DETAIL, organisation))
    assert "H. C. C." in page.text
    assert f"034 •• ••• {checker.phone[-2:]}" in page.text
    for word in ("CANARINOM", "Canariprenom", checker.phone[-6:], "<img"):
        assert word not in page.text


def test_administrators_see_counts_and_no_person(organisation, checker):
    IdentityCaseFactory(citizen=checker, approved=True, surname="CANARINOM")
    OrganisationFactory(nif=organisation.nif)
    client = browser(UserFactory(administrator=True))
    pages = [
        client.get(reverse("kyc:organisation_register")),
        client.get(reverse("kyc:organisation_suspend", args=[organisation.pk])),
    ]
    row = next(row for row in pages[0].context["page"] if row == organisation)
    assert (row.makers, row.checkers, row.invited) == (1, 1, 0)
    assert "Déclaré plusieurs fois" in pages[0].text
    for page in pages:
        assert organisation.nif in page.text
        assert not re.search(r"034 •|CANARINOM|H\. C\.", page.text)


def test_marks_of_the_two_roles_keep_them_apart(organisation, checker):
    """`checker` stands on no page yet: what superviseurs approve comes with the payments."""
    for name, admitted in (("maker", organisation.founded_by), ("checker", checker)):
        page = getattr(access, name)(lambda request: HttpResponse("opened"))
        for user in (organisation.founded_by, checker, UserFactory()):
            request = RequestFactory().get("/")
            request.user, user.is_verified = user, lambda: True
            if user == admitted:
                assert page(request).content == b"opened"
            else:
                with pytest.raises(access.PermissionDenied):
                    page(request)


# --- The second factor ----------------------------------------------------------------------------


def test_a_member_enrols_before_the_first_page_of_the_organisation(client, organisation):
    user, page = organisation.founded_by, address(DETAIL, organisation)
    sign_in(client, user.phone)
    asked = client.get(page, follow=True)
    assert urlsplit(asked.redirect_chain[-1][0]).path == reverse("kyc:factor_enrol")
    enrol = asked.request["PATH_INFO"] + "?" + asked.request["QUERY_STRING"]
    done = client.post(enrol, {"token": token_of(factors.pending_of(user))})
    assert f'href="{page}"' in done.text
    assert client.get(page).status_code == 200


def test_a_member_without_a_factor_keeps_their_own_pages(organisation):
    TariffFactory()
    client = browser(organisation.founded_by, factor=False)
    assert client.get(reverse("taxes:dashboard")).status_code == 200
    assert client.get(reverse(LIST)).status_code == 200


def test_whoever_enrolled_gives_the_factor_on_their_own_pages_too(organisation):
    user = organisation.founded_by
    client = browser(user, factor=False)
    session = client.session
    session[access.HAS_FACTOR] = True
    session.save()
    assert urlsplit(client.get(reverse(LIST)).url).path == reverse("kyc:second_factor")


@pytest.mark.parametrize("name", [INVITE, END])
def test_what_changes_who_belongs_asks_for_the_factor_again(organisation, checker, name):
    part = organisation.memberships.get(user=checker)
    client = browser(organisation.founded_by, fresh=False)
    page = address(name, organisation, part if name == END else None)
    for answer in (client.get(page), client.post(page)):
        assert urlsplit(answer.url).path == reverse("kyc:second_factor")
        assert parse_qs(urlsplit(answer.url).query)["next"] == [page]
    part.refresh_from_db()
    assert part.state == "active"


# --- Sessions -------------------------------------------------------------------------------------


def travel(seconds):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


def make(*roles):
    """Somebody who holds these parts, each in an organisation of its own."""
    user = UserFactory()
    for role in roles:
        MembershipFactory(user=user, **{role: True})
    return user


@pytest.mark.parametrize(
    ("parts", "idle", "lifetime"),
    [
        ([], 30, 12),
        (["colleague"], 20, 8),
        (["checker"], 15, 8),
        (["colleague", "checker"], 15, 8),
    ],
)
def test_the_strictest_of_what_an_account_holds_ends_its_session(parts, idle, lifetime):
    client, page = browser(make(*parts)), reverse(LIST)
    assert client.get(page).status_code == 200
    with travel(60 * idle - 5):
        assert client.get(page).status_code == 200
    with travel(60 * 2 * idle):
        assert client.get(page).status_code == 302
        assert not is_signed_in(client)
    client = browser(make(*parts))
    for moment in range(0, 3600 * lifetime, 60 * (idle - 1)):
        with travel(moment):
            assert client.get(page).status_code == 200
    with travel(3600 * lifetime + 1):
        assert client.get(page).status_code == 302


def test_a_part_that_ends_bites_on_the_next_request(organisation, checker):
    client, page = browser(checker), address(DETAIL, organisation)
    assert client.get(page).status_code == 200
    part = organisation.memberships.get(user=checker)
    organisations.end(part, by=organisation.founded_by)
    assert client.get(page).status_code == 403
    assert client.get(reverse(LIST)).status_code == 200


def test_what_an_account_holds_costs_one_query_however_much_it_is(organisation):
    one, many = UserFactory(), make(*["checker", "colleague"] * 4)
    counts = []
    for user in (one, many):
        client = browser(user, factor=False)
        client.get(reverse("kyc:session_list"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("kyc:session_list"))
        told = [query["sql"] for query in queries if "kyc_membership" in query["sql"]]
        counts.append(len(told))
    assert counts == [1, 1]


def test_limits_are_read_from_the_account_and_not_from_the_session(checker):
    assert sessions.limits_of(checker) == (15 * 60, 8 * 3600)


# --- Doing it -------------------------------------------------------------------------------------


def test_founding_by_the_page(client, login):
    user = known()
    login(user)
    answer = client.post(reverse(FOUND), {"name": "Mandroso", "nif": "400 001 6017", "stat": ""})
    made = Organisation.objects.get()
    assert (made.nif, answer.url) == ("4000016017", made.get_absolute_url())


def test_an_unusual_nif_is_asked_about_and_never_refused(client, login):
    login(known())
    form = {"name": "Ambassade", "nif": "EX/12-7"}
    page = client.post(reverse(FOUND), form)
    assert page.status_code == 422
    assert "dix chiffres" in page.text
    assert client.post(reverse(FOUND), form | {"sure": "on"}).status_code == 302
    assert Organisation.objects.get().nif == "EX/12-7"


@pytest.mark.parametrize("nif", ["", "néant", "<script>1", "1" * 21, "\x00"])
def test_what_is_no_number_is_no_nif(client, login, nif):
    login(known())
    page = client.post(reverse(FOUND), {"name": "X", "nif": nif, "sure": "on"})
    assert page.status_code == 422
    assert Organisation.objects.count() == 0


def test_whoever_is_not_known_yet_is_told_what_comes_first(client, login):
    login(UserFactory())
    page = client.get(reverse(FOUND))
    assert reverse("kyc:identity") in page.text
    assert '<form method="post" novalidate>' not in page.text
    assert client.post(reverse(FOUND), {"name": "X", "nif": "4000016017"}).status_code == 422


def test_nothing_but_what_the_form_asks_can_be_posted(client, login):
    user, other = known(), UserFactory()
    login(user)
    form = {"name": "X", "nif": "4000016017", "founded_by": other.pk, "state": "suspended"}
    client.post(reverse(FOUND), form | {"reason": "x", "role": "checker", "user": other.pk})
    made = Organisation.objects.get()
    assert (made.founded_by, made.state) == (user, "active")
    assert [part.user for part in made.memberships.all()] == [user]


def test_from_the_invitation_to_the_organisation(organisation):
    TariffFactory()
    maker, guest = browser(organisation.founded_by), known(phone="+261345566677")
    page = maker.post(
        address(INVITE, organisation), {"role": "checker", "address": "034 55 666 77"}, follow=True
    )
    assert "034 •• ••• 77" in page.text
    client = browser(guest, factor=False)
    assert "Une organisation vous invite" in client.get(reverse("taxes:dashboard")).text
    invitation = Membership.objects.get(state="invited")
    assert reverse("kyc:invitation", args=[invitation.pk]) in client.get(reverse(LIST)).text
    answer = client.post(reverse("kyc:invitation", args=[invitation.pk]), {"answer": "accept"})
    assert answer.url == organisation.get_absolute_url()
    assert "devient superviseur" in maker.get(answer.url).text


def test_refusing_by_the_page(organisation):
    invitation = MembershipFactory(organisation=organisation, invited=True)
    client = browser(UserFactory(phone="+261349900000"))
    client.post(reverse("kyc:invitation", args=[invitation.pk]), {"answer": "refuse"})
    invitation.refresh_from_db()
    assert invitation.state == "ended"
    history = browser(organisation.founded_by).get(address(DETAIL, organisation)).text
    assert "034 •• ••• 00 refusée" in history


@pytest.mark.parametrize("typed", ["", "020 22 123 45", "pas une adresse", "a@", "@b"])
def test_an_address_that_is_none_is_said_so(organisation, typed):
    client = browser(organisation.founded_by)
    page = client.post(address(INVITE, organisation), {"role": "maker", "address": typed})
    assert page.status_code == 422
    assert Membership.objects.filter(state="invited").count() == 0


def test_leaving_is_confirmed_first_and_refused_to_the_last_gestionnaire(organisation, checker):
    part = organisation.memberships.get(user=checker)
    client = browser(checker)
    page = address(END, organisation, part)
    assert "Quitter l" in client.get(page).text
    assert client.post(page).url == reverse(LIST)
    assert organisation.memberships.active().count() == 1
    own = organisation.memberships.get(user=organisation.founded_by)
    refused = browser(organisation.founded_by).post(address(END, organisation, own), follow=True)
    assert "au moins un gestionnaire" in refused.text


def test_suspending_by_the_page_bites_on_the_next_request(organisation, checker):
    maker, boss = browser(organisation.founded_by), browser(UserFactory(administrator=True))
    page = reverse("kyc:organisation_suspend", args=[organisation.pk])
    assert boss.post(page, {"state": "suspended", "reason": ""}).status_code == 422
    for _ in range(2):
        boss.post(page, {"state": "suspended", "reason": "NIF contesté."})
    seen = maker.get(address(DETAIL, organisation))
    assert "NIF contesté." in seen.text
    assert reverse(INVITE, args=[organisation.pk]) not in seen.text
    form = {"role": "maker", "address": "034 55 666 77"}
    refused = maker.post(address(INVITE, organisation), form)
    assert (refused.status_code, "suspendue" in refused.text) == (422, True)
    boss.post(page, {"state": "active", "reason": "NIF vérifié."})
    assert maker.post(address(INVITE, organisation), form).status_code == 302


def test_the_menu_shows_organisations_to_those_who_have_one(organisation):
    TariffFactory()
    for user, shown in ((organisation.founded_by, 2), (UserFactory(), 1)):
        page = browser(user).get(reverse("taxes:dashboard")).text
        assert page.count(f'href="{reverse(LIST)}"') == shown


def test_the_last_gestionnaire_is_told_why_their_account_stays_open(organisation, checker):
    client = browser(organisation.founded_by)
    page = client.post(reverse("kyc:privacy_close"), {"understood": "on"})
    assert page.status_code == 422
    assert "dernier gestionnaire" in page.text
    assert client.get(reverse(LIST)).status_code == 200
