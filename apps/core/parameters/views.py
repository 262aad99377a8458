"""Pages of parameters and dictionaries."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Model, ProtectedError
from django.forms import BaseModelFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.core.access.actions import Action
from apps.core.access.doors import require, requires
from apps.core.access.rights import rights_of
from apps.core.parameters.forms import ParametersForm, next_position, rows_form
from apps.core.parameters.models import DictionaryEntry
from apps.core.parameters.registry import dictionaries
from apps.core.shell.toasts import say

SUBJECT = "settings.parameter"


def may_change(request: HttpRequest) -> bool:
    """Whether somebody may settle what these pages show."""
    return rights_of(int(request.user.pk or 0)).may(SUBJECT, Action.CHANGE)


@require_http_methods(["GET", "POST"])
@requires(SUBJECT, Action.VIEW)
def edit_parameters(request: HttpRequest) -> HttpResponse:
    """All parameters of the account set."""
    form = ParametersForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        require(request, SUBJECT, Action.CHANGE)
        if form.is_valid():
            form.save(by=int(request.user.pk or 0))
            say(request, _("The parameters are settled."))
            return redirect("parameters:parameters")
    context = {"form": form, "may_change": may_change(request)}
    return render(
        request, "core/parameters/parameters.html", context, status=422 if form.errors else 200
    )


@require_GET
@requires(SUBJECT, Action.VIEW)
def list_dictionaries(request: HttpRequest) -> HttpResponse:
    """All dictionaries with how many entries they have."""
    counted = DictionaryEntry.objects.values("dictionary").annotate(number=Count("pk"))
    numbers = dict(counted.values_list("dictionary", "number").order_by())
    rows = [(dictionaries[code], numbers.get(code, 0)) for code in dictionaries]
    return render(request, "core/parameters/dictionaries.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@requires(SUBJECT, Action.VIEW)
def edit_dictionary(request: HttpRequest, code: str) -> HttpResponse:
    """The entries of one dictionary."""
    dictionary = dictionaries.get(code)
    if dictionary is None:
        raise Http404
    rows = DictionaryEntry.objects.filter(dictionary=code)
    sent = request.POST if request.method == "POST" else None
    table = rows_form(rows, ("code", "name", "active", "position"), sent)
    for form in table.extra_forms:
        form.instance.dictionary = code
        form.fields["position"].initial = next_position(code)
    if sent is not None:
        require(request, SUBJECT, Action.CHANGE)
        if save_rows(request, [table]):
            return redirect("parameters:dictionaries")
    return rows_page(request, str(dictionary.label), [(None, table)])


def save_rows(request: HttpRequest, tables: list[BaseModelFormSet[Any, Any]]) -> bool:
    """Save tables of rows, all or none; whether it was done. What is in use stays: an error says
    so."""
    valid = [table.is_valid() for table in tables]
    if not all(valid):
        return False
    try:
        with transaction.atomic():
            for table in tables:
                table.save()
    except ProtectedError as error:
        used: Model = next(iter(error.protected_objects))
        say(
            request,
            _("It is in use and can't be taken out: %(by)s. Nothing was saved.") % {"by": used},
            level=40,
        )
        return False
    say(request, _("Saved."))
    return True


def rows_page(
    request: HttpRequest, title: str, tables: list[tuple[str | None, BaseModelFormSet[Any, Any]]]
) -> HttpResponse:
    """A page of such tables, each with its heading."""
    wrong = any(table.is_bound and not table.is_valid() for _title, table in tables)
    context = {"place": title, "tables": tables, "wrong": wrong, "may_change": may_change(request)}
    return render(request, "core/parameters/rows.html", context, status=422 if wrong else 200)
