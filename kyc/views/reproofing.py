"""A lost second factor: what its owner asks and stops, what two of the staff prove and confirm."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kyc import documents, factors, guesses, masks, reproofing
from kyc.forms.reproofing import (
    CardForm,
    ConfirmationForm,
    HeardForm,
    ProofForm,
    RefusalForm,
    StopForm,
)
from kyc.models import Reproofing
from kyc.views.files import marked_response
from project.lib.access import agent, fresh_factor, member, public, reviewer
from project.lib.drafts import typed
from project.lib.screens import screen
from project.lib.workflow import MoveRefused

SHOWN = 100

# --- Its owner -----------------------------------------------------------------------------------


@member
@require_http_methods(["GET", "POST"])
def factor_lost(request):
    """« J'ai perdu mon application et mes codes »: what happens then, and asking for it.

    Open to whoever has given the password alone, so it says the same of every account.
    """
    if factors.device_of(request.user) is None:
        return redirect("kyc:session_list")
    if request.method == "POST":
        if request.user.role != "citizen":
            raise PermissionDenied
        return _act_of_owner(request)
    last = Reproofing.objects.filter(citizen=request.user).order_by("-pk").first()
    context = {"proofing": last, "delay": settings.FACTOR_REMOVAL_HOURS}
    return screen(request, "kyc/factor_lost.html", context)


def _act_of_owner(request):
    """Ask, change one's mind, or say that somebody else asked."""
    asked, user = request.POST.get("act"), request.user
    try:
        if asked == "ask":
            reproofing.ask(by=user)
        elif asked in ("withdraw", "dispute"):
            proofing = get_object_or_404(Reproofing.objects.open(), citizen=user)
            getattr(reproofing, asked)(proofing, by=user)
        else:
            raise Http404
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    if asked == "dispute":
        logout(request)
        return screen(request, "kyc/factor_stop.html", {"is_stopped": True})
    return redirect("kyc:factor_lost")


@public
@require_http_methods(["GET", "POST"])
def factor_stop(request, token):
    """« Ce n'est pas moi », by the link of our message: the password alone stops it."""
    proofing = reproofing.behind(token)
    if proofing is None:
        return _unkept(screen(request, "kyc/factor_stop.html", status=404))
    form = StopForm(request.POST or None)
    if form.is_valid():
        if not _knows_password(request, proofing.citizen, form.cleaned_data["password"]):
            form.add_error("password", _("Ce n'est pas le bon mot de passe, ou trop d'essais."))
        else:
            try:
                reproofing.dispute(proofing, by=proofing.citizen)
            except MoveRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                if request.user == proofing.citizen:
                    logout(request)
                return _unkept(screen(request, "kyc/factor_stop.html", {"is_stopped": True}))
    status = 422 if form.errors else 200
    context = {"form": form, "proofing": proofing}
    return _unkept(screen(request, "kyc/factor_stop.html", context, status=status))


def _knows_password(request, user, password):
    """Whether it is the account's password; counted as a sign-in is, before it is compared."""
    login, ip = user.phone or user.email, get_adapter().get_client_ip(request)
    if not guesses.begin(request, login, ip):
        return False
    is_right = user.is_active and user.check_password(password)
    if is_right:
        guesses.end_well(request, login, ip)
    return is_right


def _unkept(response):
    """The address of the page is half of what stops a request: no cache keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return response


# --- The staff -----------------------------------------------------------------------------------


@reviewer
@require_safe
def reproofing_list(request):
    """What waits for this person, the oldest first, and what else is under way."""
    awaiting = Reproofing.objects.awaiting(request.user)
    others = Reproofing.objects.seen_by(request.user).exclude(pk__in=awaiting.values("pk"))
    context = {"awaiting": awaiting[:SHOWN], "others": others.order_by("-asked_at")[:SHOWN]}
    return screen(request, "kyc/reproofing_list.html", context)


@reviewer
@require_http_methods(["GET", "POST"])
def reproofing_detail(request, pk):
    """One request, and what may be done about it; a POST refuses it with a reason."""
    proofing = _seen(request, pk)
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reproofing.refuse(proofing, form.cleaned_data["reason"], by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("La demande est refusée, la personne est prévenue."))
            return redirect("kyc:reproofing_list")
    status = 422 if form.errors else 200
    return screen(
        request, "kyc/reproofing_detail.html", _about(request, proofing, form), status=status
    )


@agent
@require_POST
def reproofing_take(request, pk):
    """Take a request into one's hands."""
    return _act(request, reproofing.take, _seen(request, pk))


@reviewer
@require_POST
def reproofing_release(request, pk):
    """Put a request back in the queue."""
    return _act(request, reproofing.release, _seen(request, pk))


@agent
@require_POST
def reproofing_code(request, pk):
    """Send the code that somebody without a dossier reads to the agent."""
    _act(request, reproofing.send_code, _held(request, pk))
    return redirect("kyc:reproofing_prove", pk)


@agent
@require_http_methods(["GET", "POST"])
@fresh_factor()
def reproofing_prove(request, pk):
    """What proves who the person is: first what the card says, then how they were compared."""
    proofing = _held(request, pk)
    basis = reproofing.basis_of(proofing.citizen)
    if proofing.matched_at:
        form = ProofForm(typed(request), basis=basis)
    else:
        form = (HeardForm if basis == "none" else CardForm)(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _prove(request, proofing, form.cleaned_data)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.errors else 200
    return screen(
        request, "kyc/reproofing_prove.html", _about(request, proofing, form), status=status
    )


def _prove(request, proofing, given):
    """One of the two steps. Raises MoveRefused."""
    if not proofing.matched_at:
        reproofing.match(proofing, given, by=request.user)
        return redirect("kyc:reproofing_prove", proofing.pk)
    reproofing.prove(proofing, **given, by=request.user)
    messages.success(request, _("Preuve enregistrée. Une autre personne doit confirmer."))
    return redirect(proofing)


@agent
@require_safe
def reproofing_picture(request, pk, key):
    """A scan of the dossier, once the card says the same. Looking at it is recorded."""
    proofing = _held(request, pk)
    dossier = reproofing.dossier_of(proofing.citizen)
    if dossier is None or not proofing.matched_at:
        raise Http404
    document = get_object_or_404(dossier.documents, key=key)
    documents.look(document, by=request.user, reason="reproofing")
    return marked_response(request, document)


@reviewer
@require_http_methods(["GET", "POST"])
@fresh_factor()
def reproofing_confirm(request, pk):
    """What the second person signs, and signing it."""
    proofing = _seen(request, pk)
    if proofing.state != Reproofing.State.PROVED or proofing.agent_id == request.user.pk:
        return redirect(proofing)
    form = ConfirmationForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            reproofing.confirm(proofing, by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Confirmé. La personne est prévenue et peut s'y opposer."))
            return redirect(proofing)
    status = 422 if form.errors else 200
    return screen(
        request, "kyc/reproofing_confirm.html", _about(request, proofing, form), status=status
    )


def _seen(request, pk):
    return get_object_or_404(Reproofing.objects.seen_by(request.user), pk=pk)


def _held(request, pk):
    return get_object_or_404(Reproofing.objects.held_by(request.user), pk=pk)


def _about(request, proofing, form):
    """What the pages of a request show. Whatever says who it is stays masked."""
    user, state = request.user, Reproofing.State
    dossier = reproofing.dossier_of(proofing.citizen)
    holds = proofing.state == state.TAKEN and proofing.agent_id == user.pk
    seconds = proofing.state == state.PROVED and proofing.agent_id != user.pk
    return {
        "proofing": proofing,
        "form": form,
        "delay": settings.FACTOR_REMOVAL_HOURS,
        "dossier": dossier,
        "masked": _masked(dossier) if dossier else None,
        "papers": dossier.current_documents() if dossier and holds and proofing.matched_at else [],
        "may_take": proofing.state == state.ASKED and user.role == "agent",
        "may_prove": holds,
        "may_release": proofing.state == state.TAKEN and (holds or user.role == "supervisor"),
        "may_confirm": seconds,
    }


def _masked(dossier):
    names = f"{dossier.surname} {dossier.given_names}"
    return {
        "names": masks.words(names),
        "number": masks.number(dossier.number),
        "birth_date": masks.day(dossier.birth_date),
    }


def _act(request, verb, proofing):
    try:
        verb(proofing, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(proofing)
