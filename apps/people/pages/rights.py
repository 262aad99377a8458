"""The permission matrix of a role: kinds × actions on one page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.access.actions import Action, Scope
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.core.access.services import (
    KEPT,
    Granted,
    grants_of,
    last_change,
    save_rights,
    scopes_of,
    version_of,
)
from apps.core.access.subjects import Subject, subjects
from apps.core.shell.navigation import MODULES
from apps.people.models import User
from apps.people.pages.roles import KIND, around, name_of
from engine.exceptions import Conflict, EngineError


@requires(KIND, Action.VIEW)
def matrix(request: HttpRequest, code: str) -> HttpResponse:
    """What a role may do. Saved as a whole, on what was seen."""
    name = name_of(code)
    may_change = rights_of(request.user.pk).may(KIND, Action.CHANGE)
    grants, scopes = grants_of(code), scopes_of(code)
    version = version_of(grants, scopes)
    problem, status = "", 200
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        seen = request.POST.get("version", "")
        grants, scopes = _entered(request)
        try:
            save_rights(
                role=code,
                label=str(name),
                grants=grants,
                scopes=scopes,
                seen=seen,
                by=request.user.pk,
            )
        except Conflict as conflict:
            problem, status = _overtaken(conflict), 409
        except EngineError:
            problem, status = _("This page is out of date; look again."), 409
        else:
            messages.success(request, _("Saved. It holds from the next page that somebody opens."))
            return redirect("people:rights", code)
    changed = last_change(code)
    context = {
        **around(code, name),
        "place": _("Rights"),
        "breadcrumbs": [
            (_("Roles"), reverse("people:roles")),
            (name, reverse("people:role", args=[code])),
        ],
        "actions": Action.choices,
        "modules": _modules(code, grants, scopes),
        "scopes": Scope.choices,
        "version": version,
        "problem": problem,
        "may_change": may_change,
        "changed": changed,
        "changer": User.objects.filter(pk=changed.actor).first() if changed else None,
    }
    return render(request, "people/rights.html", context, status=status)


def _entered(request: HttpRequest) -> tuple[frozenset[Granted], dict[str, Scope]]:
    grants = set()
    for text in request.POST.getlist("grant"):
        kind, _colon, action = text.partition(":")
        grants.add((kind, action))
    entered = {kind: request.POST.get(f"scope:{kind}", "") for kind in subjects}
    scopes = {kind: Scope(text) for kind, text in entered.items() if text in Scope.values}
    return frozenset(grants), scopes


def _overtaken(conflict: Conflict) -> str:
    by, at = conflict.data.get("by"), conflict.data.get("at")
    if by is None or at is None:
        return _("These rights have been changed meanwhile. Look at yours and save again.")
    user = User.objects.filter(pk=by).first()
    return _(
        "%(name)s has changed these rights at %(time)s. What you ticked is kept: look at it, then "
        "save again."
    ) % {"name": user or "?", "time": date_format(timezone.localtime(at), "H:i")}


def _modules(
    code: str, grants: Collection[Granted], scopes: Mapping[str, Scope]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Module → lines, in the order of the menu."""
    kept = KEPT.get(code, frozenset())
    found: dict[str, list[dict[str, Any]]] = {}
    for key in subjects:
        subject = subjects[key]
        cell = partial(_cell, subject, grants, kept)
        line = {
            "key": key,
            "label": subject.label,
            "scoped": subject.scoped,
            "scope": scopes.get(key, Scope.OWN),
            "cells": [cell(action) for action in Action],
            "own": [cell(action) for action in subject.actions if action not in Action.values],
        }
        found.setdefault(_module(subject.module), []).append(line)
    order = [str(module.label) for module in MODULES.values()]
    return sorted(
        found.items(), key=lambda row: order.index(row[0]) if row[0] in order else len(order)
    )


def _cell(
    subject: Subject, grants: Collection[Granted], kept: Collection[Granted], action: str
) -> dict[str, Any]:
    """A tick of the matrix, or the place where there is none."""
    right = (subject.key, str(action))
    return {
        "value": ":".join(right),
        "label": subject.actions.get(action, ""),
        "there": action in subject.actions,
        "on": right in grants,
        "kept": right in kept,
    }


def _module(code: str) -> str:
    """What the module of a kind is called: as in the menu, else as its app."""
    if code == "people":
        code = "settings"
    if code in MODULES:
        return str(MODULES[code].label)
    app = next((app for app in apps.get_app_configs() if app.label == code), None)
    return str(app.verbose_name) if app else code
