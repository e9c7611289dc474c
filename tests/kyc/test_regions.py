"""Regions: who works where, and that nothing of elsewhere is seen."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from fleet.models import VehicleCase
from kyc import comparison, filing, review
from kyc.models import IdentityCase, Posting
from kyc.regions import Region
from project.lib.workflow import MoveRefused
from tests.factories import IdentityCaseFactory, UserFactory, VehicleCaseFactory

pytestmark = pytest.mark.django_db

KINDS = [(IdentityCase, IdentityCaseFactory), (VehicleCase, VehicleCaseFactory)]
here_and_there = pytest.mark.parametrize(("model", "factory"), KINDS)


@pytest.fixture
def agent():
    return UserFactory(agent=True, regions=["boeny", "sofia"])


def move(agent, *regions):
    agent.postings.all().delete()
    Posting.objects.bulk_create(Posting(user=agent, region=region) for region in regions)


def pages(model):
    return lambda name, *args: reverse(f"{model._meta.app_label}:{name}", args=args)


def test_there_are_twenty_four_regions():
    assert len(Region) == 24
    assert list(Region.labels) == sorted(Region.labels, key=str)
    assert all(len(value) <= 20 for value in Region.values)


# --- Agents ---------------------------------------------------------------------------------------


@here_and_there
def test_an_agent_is_given_cases_of_their_regions_only(agent, model, factory):
    factory(waiting=True, region="diana")
    near = factory(waiting=True, region="sofia")
    assert review.claim_next(model, by=agent) == near
    review.release(model.objects.get(pk=near.pk), by=agent)
    move(agent, "menabe")
    assert review.claim_next(model, by=agent) is None


@here_and_there
def test_the_queue_counts_the_agents_regions_and_names_them(client, login, agent, model, factory):
    factory(waiting=True, region="diana")
    login(agent)
    page = client.get(pages(model)("queue"))
    assert page.context["waiting"] == 0
    assert page.context["oldest"] is None
    assert "Boeny, Sofia" in page.text


@here_and_there
def test_an_agent_without_a_region_sees_nothing_and_is_told_whom_to_ask(
    client, login, model, factory
):
    factory(waiting=True)
    lost = UserFactory(agent=True, regions=[])
    login(lost)
    page = client.get(pages(model)("queue"))
    assert page.context["waiting"] == 0
    assert "Demandez à un administrateur" in page.text
    assert review.claim_next(model, by=lost) is None


@here_and_there
def test_a_posting_taken_away_bites_on_the_next_click(client, login, agent, model, factory):
    case = factory(claimed=True, agent=agent, region="boeny")
    key, url = case.documents.first().key, pages(model)
    asked = [url("case_detail", case.pk), url("case_picture", case.pk, key)]
    login(agent)
    assert [client.get(page).status_code for page in asked] == [200, 200]
    move(agent, "sofia")
    assert [client.get(page).status_code for page in asked] == [404, 404]
    verdict = {"verdict": "approved"}
    assert client.post(asked[0], verdict).status_code == 404
    assert client.post(url("case_release", case.pk)).status_code == 404
    assert client.get(url("queue")).context["held"] is None


@here_and_there
def test_a_decision_under_way_when_the_posting_goes_is_refused(agent, model, factory):
    case = factory(claimed=True, agent=agent, region="boeny")
    move(agent, "sofia")
    with pytest.raises(MoveRefused):
        review.decide(case, "approved", by=agent)


@here_and_there
def test_a_case_whose_agent_works_elsewhere_goes_back_by_the_lease(agent, model, factory):
    from tests.factories import now

    case = factory(claimed=True, agent=agent, region="boeny", claimed_at=now() - 2 * review.LEASE)
    move(agent, "sofia")
    review.release_stale()
    case.refresh_from_db()
    assert (case.state, case.agent) == ("waiting", None)


@here_and_there
def test_what_was_decided_elsewhere_is_no_longer_seen(client, login, agent, model, factory):
    case = factory(approved=True, agent=agent, region="boeny")
    login(agent)
    assert client.get(pages(model)("case_detail", case.pk)).status_code == 200
    move(agent, "sofia")
    assert client.get(pages(model)("case_detail", case.pk)).status_code == 404
    assert list(client.get(pages(model)("queue")).context["decided"]) == []


# --- Supervisors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regions", "waiting"), [([], 3), (["sofia"], 1), (["sofia", "diana"], 3), (["anosy"], 0)]
)
def test_a_supervisor_sees_the_figures_of_their_regions_or_all(client, login, regions, waiting):
    for region in ("sofia", "diana", "diana"):
        IdentityCaseFactory(waiting=True, region=region)
    login(UserFactory(supervisor=True, regions=regions))
    page = client.get(reverse("taxes:queues"))
    counts = {state["value"]: state["count"] for state in page.context["queues"][0]["states"]}
    assert counts["waiting"] == waiting
    assert (page.context["queues"][0]["oldest"] is None) == (waiting == 0)


# --- Citizens -------------------------------------------------------------------------------------


def test_a_case_without_a_region_is_not_sent():
    case = IdentityCaseFactory(region="")
    with pytest.raises(MoveRefused):
        filing.submit(case, by=case.citizen)


@here_and_there
def test_the_database_keeps_no_case_sent_from_nowhere(model, factory):
    for region in ("", "mars"):
        with pytest.raises(IntegrityError, match="sent_from_a_region"), transaction.atomic():
            factory(waiting=True, region=region)


def test_the_vehicles_region_is_the_one_of_the_identity_until_another_is_chosen(client, login):
    citizen = IdentityCaseFactory(approved=True, region="menabe").citizen
    login(citizen)
    client.post(reverse("fleet:declare"))
    case = VehicleCase.objects.get()
    assert case.region == "menabe"
    assert client.get(case.section_url("reponses")).context["form"]["region"].value() == "menabe"


def test_whoever_chose_no_region_is_asked_to(client, login):
    case = IdentityCaseFactory(region="")
    login(case.citizen)
    page = client.post(case.section_url("adresse"), {"district": ""})
    assert page.status_code == 422
    assert "district" in page.context["form"].errors


def test_the_region_is_that_of_the_district(client, login):
    case = IdentityCaseFactory(region="")
    login(case.citizen)
    lives = {"district": "711", "commune": "Sambava", "fokontany": "Centre", "region": "diana"}
    client.post(case.section_url("adresse"), lives)
    case.refresh_from_db()
    assert (case.district, case.region) == ("711", "sava")


def test_the_region_is_not_compared_with_what_was_read():
    case = IdentityCaseFactory(claimed=True)
    assert "region" not in {row.name for row in comparison.rows(case)}


@here_and_there
def test_the_agent_sees_which_region_a_case_is_from(client, login, model, factory):
    case = factory(claimed=True, region="vatovavy")
    login(case.agent)
    assert "Vatovavy" in client.get(case.agent_url).text


# --- The database ---------------------------------------------------------------------------------


def test_nobody_is_posted_twice_or_nowhere(agent):
    for region, rule in (("sofia", "once_in_each_region"), ("mars", "region_there_is")):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Posting.objects.create(user=agent, region=region)
