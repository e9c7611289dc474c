"""The supervisors' figures about identity dossiers, as a page and as a file for spreadsheets."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kyc import figures as measures
from kyc import sheets
from kyc.forms.figures import PeriodForm
from project.lib import spreadsheet
from project.lib.access import supervisor
from project.lib.screens import screen


@supervisor
@require_safe
def figures(request):
    """How the dossiers of one's regions fare in a period; `format=csv` asks for the file."""
    form, postings = PeriodForm(request.GET), request.user.postings.all()
    context = {"form": form, "postings": postings}
    if not form.is_valid():
        return screen(request, "kyc/figures.html", context, status=422)
    found = measures.of(form.period, by=request.user)
    tables = sheets.of(found, is_everywhere=not postings)
    if request.GET.get("format") == "csv":
        return _file(form.period, postings, tables)
    context |= {"period": form.period, "figures": found, "sheets": tables} | _summary(found)
    return screen(request, "kyc/figures.html", context)


def _summary(found):
    """What stands above the tables."""
    return {
        "completion": sheets.completion(found),
        "approval": sheets.share(found.verdicts.approved, found.verdicts.total),
        "half": sheets.span(found.times.half),
        "most": sheets.span(found.times.most),
    }


def _file(period, postings, tables):
    regions = [posting.get_region_display() for posting in postings] or [_("toutes les régions")]
    rows = [[_("Période"), period.since, period.until], [_("Régions"), *regions]]
    for sheet in tables:
        rows += [[], *sheet.lines]
    name = f"hetra-identites-{period.since}-{period.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(spreadsheet.write(rows), content_type=spreadsheet.TYPE, headers=headers)
