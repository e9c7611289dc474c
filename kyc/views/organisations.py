"""Organisations: the pages of their members, of whoever is invited, and of administrators."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kyc import organisations
from kyc.forms.organisations import FoundingForm, MemberForm, ReasonForm
from kyc.models import Membership, MembershipMove, Organisation
from project.lib.access import administrator, citizen, fresh_factor, insider, maker
from project.lib.screens import screen
from project.lib.workflow import MoveRefused

PAGE = 50
SHOWN = 100  # lines of history

# --- Of everybody: what one belongs to, founding, answering --------------------------------------


@citizen
@require_safe
def organisation_list(request):
    """The organisations one belongs to, and the invitations that wait for an answer."""
    parts = Membership.objects.active().filter(user=request.user).select_related("organisation")
    invitations = Membership.objects.open().addressed_to(request.user)
    context = {"parts": parts, "invitations": invitations.select_related("organisation")}
    return screen(request, "kyc/organisation_list.html", context)


@citizen
@require_http_methods(["GET", "POST"])
def organisation_found(request):
    """Found an organisation. Whoever has not proved who they are is told to, first."""
    form = FoundingForm(request.POST or None)
    if form.is_valid():
        try:
            made = organisations.found(**form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("L'organisation est créée. Vous en êtes gestionnaire."))
            return redirect(made)
    context = {"form": form, "is_identified": request.user.is_identified}
    return _filled(request, "kyc/organisation_found.html", form, context)


@citizen
@require_http_methods(["GET", "POST"])
def invitation(request, pk):
    """An invitation to a phone or an address of one's own; a POST accepts or refuses it."""
    mine = Membership.objects.open().addressed_to(request.user).select_related("organisation")
    found = get_object_or_404(mine, pk=pk)
    if request.method == "POST":
        return _answer(request, found)
    inviter = Membership.objects.named().filter(
        organisation=found.organisation, user=found.invited_by
    )
    context = {
        "invitation": found,
        "inviter": inviter.last(),
        "is_identified": request.user.is_identified,
        "has_duty": request.user.is_maker or request.user.is_checker,
    }
    return screen(request, "kyc/invitation.html", context)


def _answer(request, found):
    is_accepting = request.POST.get("answer") == "accept"
    verb = organisations.accept if is_accepting else organisations.refuse
    try:
        verb(found, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("kyc:organisation_list")
    if is_accepting:
        return redirect(found.organisation)
    messages.success(request, _("L'invitation est refusée."))
    return redirect("kyc:organisation_list")


# --- Of the members -------------------------------------------------------------------------------


@insider
@require_safe
def organisation_detail(request, pk):
    """An organisation one belongs to: its members, its invitations, what happened."""
    joined = Organisation.objects.joined_by(request.user)
    organisation = get_object_or_404(joined, pk=pk)
    members = organisation.memberships.active().named()
    own = next(part for part in members if part.user_id == request.user.pk)
    context = {
        "organisation": organisation,
        "own": own,
        "is_maker": own.role == Membership.Role.MAKER,
        "members": members,
        "lacks_checker": all(part.role == Membership.Role.MAKER for part in members),
        "invitations": organisation.memberships.open(),
        "history": _history(organisation),
    }
    return screen(request, "kyc/organisation_detail.html", context)


@maker
@require_http_methods(["GET", "POST"])
@fresh_factor()
def organisation_invite(request, pk):
    """Invite somebody. The answer is the same whether they have an account or not."""
    made = Organisation.objects.joined_by(request.user, Membership.Role.MAKER)
    organisation = get_object_or_404(made, pk=pk)
    form = MemberForm(request.POST or None, initial={"role": request.GET.get("role")})
    if form.is_valid():
        try:
            organisations.invite(organisation, **form.cleaned_data, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("L'invitation est envoyée. Elle est valable sept jours."))
            return redirect(organisation)
    context = {"organisation": organisation, "form": form}
    return _filled(request, "kyc/organisation_invite.html", form, context)


@insider
@require_http_methods(["GET", "POST"])
@fresh_factor()
def membership_end(request, pk, member):
    """Confirm the end of a part or of an invitation: gestionnaires any, others their own."""
    organisation = get_object_or_404(Organisation.objects.joined_by(request.user), pk=pk)
    membership = get_object_or_404(_endable(organisation, request.user), pk=member)
    is_own = membership.user_id == request.user.pk
    context = {"organisation": organisation, "membership": membership, "is_own": is_own}
    if request.method == "GET":
        return screen(request, "kyc/membership_end.html", context)
    try:
        organisations.end(membership, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(organisation)
    messages.success(request, _("C'est terminé, dès maintenant."))
    return redirect("kyc:organisation_list") if is_own else redirect(organisation)


def _endable(organisation, user):
    """The parts and invitations somebody may end."""
    live = organisation.memberships.named().exclude(state=Membership.State.ENDED)
    if organisation.memberships.makers().filter(user=user).exists():
        return live
    return live.filter(user=user)


def _history(organisation):
    """What happened, the latest first: by whom is told of members only, and by their initials."""
    named = {part.pk: part for part in organisation.memberships.named()}
    who = {part.user_id: part.initials for part in named.values() if part.user_id}
    lines = [
        {"at": part.created_at, "part": part, "by": who.get(part.invited_by_id)}
        for part in named.values()
    ]
    for move in MembershipMove.objects.filter(membership__organisation=organisation):
        part = named[move.membership_id]
        by = who.get(move.by_id) if move.by_id != part.user_id else None
        lines.append({"at": move.at, "part": part, "move": move, "by": by})
    lines += [{"at": move.at, "office": move} for move in organisation.log.all()]
    return sorted(lines, key=lambda line: line["at"], reverse=True)[:SHOWN]


# --- Of administrators: who there is, never what they do ------------------------------------------


@administrator
@require_safe
def organisation_register(request):
    """Every organisation: name, NIF, state, counts; which NIF is claimed more than once."""
    rows = Organisation.objects.counted().order_by("name", "pk")
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shared = Organisation.objects.values("nif").annotate(claims=Count("pk")).filter(claims__gt=1)
    claimed = shared.filter(nif__in=[row.nif for row in found]).values_list("nif", flat=True)
    context = {"page": found, "claimed": set(claimed)}
    return screen(request, "kyc/organisation_register.html", context)


@administrator
@require_http_methods(["GET", "POST"])
@fresh_factor()
def organisation_suspend(request, pk):
    """Suspend an organisation, or let it work again: with a reason, which its members read."""
    organisation = get_object_or_404(Organisation.objects.counted(), pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        # By what the page asked, not by the state of now: two administrators may press at once.
        wants_suspension = request.POST.get("state") == Organisation.State.SUSPENDED
        verb = organisations.suspend if wants_suspension else organisations.resume
        verb(organisation, **form.cleaned_data, by=request.user)
        messages.success(request, _("C'est fait, dès maintenant."))
        return redirect("kyc:organisation_register")
    context = {"organisation": organisation, "form": form, "log": organisation.log.all()}
    return _filled(request, "kyc/organisation_suspend.html", form, context)


def _filled(request, template, form, context):
    """A page with its form, which says 422 where something in it is wrong."""
    return screen(request, template, context, status=422 if form.errors else 200)
