"""Which identity dossiers: by number, by state, by who may fill them in or review them."""

from django.db.models import Q
from django.utils import timezone

from kyc import papers
from kyc.cases import Case, CaseQuerySet
from kyc.models.assistance import Assistance

State = Case.State


class IdentityCaseQuerySet(CaseQuerySet):
    def numbered(self, number, *, paper=papers.Kind.CIN):
        """Cases that declare this number of this kind of paper."""
        indexes = self.model.indexes_of("number_index", number)
        return self.filter(paper=paper, number_index__in=indexes)

    def comparable(self):
        """Dossiers a person at the counter can be compared with: sent, and not rejected."""
        return self.exclude(state__in=[State.DRAFT, State.REJECTED])

    def live(self):
        """Cases under way: neither decided for good, nor over."""
        return self.filter(state__in=self.model.UNDER_WAY)

    def proving(self):
        """Approved on a paper that still proves something today."""
        over = Q(expires_on__lt=timezone.localdate())
        return self.filter(state=State.APPROVED).exclude(over)

    def ended(self, today):
        """Approved on a paper that proves nothing any more."""
        return self.filter(state=State.APPROVED, expires_on__lt=today)

    def filled_by(self, person):
        """One's own; for an agent at a counter, the one whose holder is there and has agreed."""
        if person.role == "agent":
            return self.filter(assistances__in=Assistance.objects.live().filter(agent=person))
        return super().filled_by(person)

    def reviewable_by(self, agent):
        """As for every case; and never one the agent has helped to fill in."""
        return super().reviewable_by(agent).exclude(assistances__agent=agent)
