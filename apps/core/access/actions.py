"""What can be permitted, and how far somebody sees."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVERYONE: Final = "everyone"
"""A role that each user who may log in holds."""


class Action(models.TextChoices):
    """What a role may do with a kind, down to the button."""

    VIEW = "view", pgettext_lazy("right", "View")
    ADD = "add", pgettext_lazy("right", "Add")
    CHANGE = "change", pgettext_lazy("right", "Change")
    DELETE = "delete", pgettext_lazy("right", "Delete")
    SUBMIT = "submit", pgettext_lazy("right", "Submit")
    UNAPPROVE = "unapprove", pgettext_lazy("right", "Un-approve")
    AMEND = "amend", pgettext_lazy("right", "Amend")
    VOID = "void", pgettext_lazy("right", "Void")
    CLOSE = "close_document", pgettext_lazy("right", "Close")
    PRINT = "print", pgettext_lazy("right", "Print")
    IMPORT = "import", pgettext_lazy("right", "Import")
    EXPORT = "export", pgettext_lazy("right", "Export")
    ATTACH = "attach", pgettext_lazy("right", "Attachments")
    HAND_OVER = "hand_over", pgettext_lazy("right", "Hand over")
    SEE_COST = "see_cost", pgettext_lazy("right", "See cost")


class Scope(models.TextChoices):
    """Whose rows somebody sees, from narrow to wide."""

    OWN = "own", _("Own")
    DEPARTMENT = "department", _("Department")
    TREE = "tree", _("Department and those below")
    ALL = "all", _("All")

    @property
    def width(self) -> int:
        """0 for the narrowest."""
        return list(Scope).index(self)
