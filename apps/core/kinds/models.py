"""What all records and documents are made of. No common table: each kind has one of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.kinds.choices import Coloured

if TYPE_CHECKING:
    from apps.core.access.rights import Rights


class ApprovalState(Coloured):
    """How far a document has come (domain.md, 0). Only `apps.core.kinds.states` moves it."""

    DRAFT = "draft", "secondary", _("Draft")
    SUBMITTED = "submitted", "blue", _("Waiting for approval")
    RETURNED = "returned", "yellow", pgettext_lazy("state", "Sent back")
    REJECTED = "rejected", "red", _("Rejected")
    APPROVED = "approved", "green", _("Approved")
    VOID = "void", "secondary", _("Void")
    CLOSED = "closed", "secondary", _("Closed")
    SUPERSEDED = "superseded", "secondary", _("Superseded")


def is_any(path: str, ids: Collection[int] | models.expressions.Combinable) -> models.Func:
    """Whether the key at the end of a path is one of these: as one value, however many they are,
    so that the planner knows how many rows there will be; or as a question for an array."""
    array = (
        models.Value([*ids], ArrayField(models.BigIntegerField()))
        if isinstance(ids, Collection)
        else ids
    )
    return models.Func(
        models.F(path),
        models.Func(array, function="ANY"),
        template="%(expressions)s",
        arg_joiner=" = ",
        output_field=models.BooleanField(),
    )


def seldom(path: str, keys: models.QuerySet[Any]) -> models.Func:
    """Whether the key at the end of a path is one of those asked for, which few rows say. The
    planner takes `IN` for half of the rows where it can't look into the question, and then prefers
    an order that brings few; the number that a truth has, for one of 200."""
    return models.Func(
        models.F(path),
        models.Subquery(keys),
        template="(%(expressions)s)::int = 1",
        arg_joiner=" IN ",
        output_field=models.BooleanField(),
    )


class RecordQuerySet(models.QuerySet[Any]):
    """Reads of records."""

    def reasons(self, rights: Rights) -> Sequence[models.Q]:
        """Why whoever has these rights sees rows (`Rights.reasons`), and what is beside them."""
        found = rights.reasons(self.model._meta.label_lower)
        some = found and found[0]  # neither nothing nor everything
        return (*found, *self.reasons_beside_scope(rights)) if some else found

    def reasons_beside_scope(self, rights: Rights) -> Sequence[models.Q]:
        """What else rows are seen for by whoever doesn't see all of them."""
        return ()

    def visible_to(self, rights: Rights) -> Self:
        """Rows in the data scope of whoever has these rights: the one door to rows."""
        reasons = self.reasons(rights)
        return self.filter(reduce(or_, reasons)) if reasons else self.none()

    def keys_visible_to(self, rights: Rights) -> models.QuerySet[Any, Any]:
        """The primary keys of the same rows, those that are seen for the first reason before the
        others: these stand together in an index, which a question for all reasons has not, and
        most often they are more than anybody wants."""
        reasons = self.reasons(rights)
        return self.keys_of([*reasons[:1], *([reduce(or_, reasons[1:])] if reasons[1:] else ())])

    def keys_of(self, reasons: Sequence[models.Q]) -> models.QuerySet[Any, Any]:
        """The primary keys of what these ask for, one after the other, each key once."""
        parts, left = [], self
        for reason in reasons:
            parts.append(left.filter(reason).order_by().values("pk"))
            left = left.exclude(reason)
        return parts[0].union(*parts[1:], all=True) if parts else self.none().values("pk")

    def keyed(self, keys: Collection[int]) -> Self:
        """Rows with these primary keys."""
        return self.filter(is_any("pk", keys))

    def reading(self, *paths: str) -> Self:
        """With the rows of other tables at the end of these paths; without what only searches need,
        which is the larger half of a row, neither of these rows nor of the others."""
        parts = [path.split("__") for path in paths]
        ways = {"__".join(names[:end]) for names in parts for end in range(1, len(names) + 1)}
        left = [name for way in ("", *sorted(ways)) for name in _of_searches(self.model, way)]
        return (self.select_related(*paths) if paths else self).defer(*left)


def _of_searches(model: type[models.Model], way: str) -> list[str]:
    """What only searches need of the table at the end of a path, as paths."""
    for name in filter(None, way.split("__")):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    if not issubclass(model, Record):
        return []
    return [f"{way}__{name}".removeprefix("__") for name in ("search_text", "search_grams")]


def order_indexes(prefix: str, *names: str) -> list[models.Index]:
    """For lists in the order of these columns, as `apps.core.kinds.keyset` reads them."""
    return [models.Index(fields=[name, "id"], name=f"{prefix}_by_{name}") for name in names]


def has_order_index(model: type[models.Model], name: str) -> bool:
    """Whether an index gives the rows in the order of this column, those of a value by their
    primary key."""
    wanted = [name, "id"]
    return bool(getattr(model._meta.get_field(name), "unique", False)) or any(
        not index.condition and [field.removeprefix("-") for field in index.fields] == wanted
        for index in model._meta.indexes
    )


def scope_index(prefix: str, *names: str) -> models.Index:
    """For counts: what scopes read, and these columns, a twentieth of the width of the rows."""
    return models.Index(
        fields=["owner", "id"], include=["department", *names], name=f"{prefix}_scope"
    )


class Record(models.Model):
    """Something that somebody owns: a customer, a product, every document.

    `owner` and `department` are what data scopes read; both are rewritten on a hand-over.
    `version` grows with each change, so that nobody overwrites what they haven't seen.
    `search_text` and `search_grams` are made of the kind's search fields (apps.core.kinds.search).
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("owner"),
    )
    department = models.ForeignKey(
        "people.Department",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("department"),
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("changed by"),
    )
    search_text = models.TextField(default="", editable=False)
    search_grams = ArrayField(models.TextField(), default=list, editable=False)

    objects = RecordQuerySet.as_manager()
    LISTED: ClassVar[models.Q] = models.Q()
    """What lists, pickers and searches show; the others are versions that don't count."""

    class Meta:
        abstract = True
        indexes = [GinIndex(fields=["search_grams"], name="%(class)s_search")]

    @property
    def business_key(self) -> str:
        """Names this record in processes, links, attachments and saved views."""
        return f"{self._meta.label_lower}:{self.pk}"

    @property
    def is_owned(self) -> bool:
        """Whether it is somebody's now; else `owner` is whoever had it last."""
        return True


class Document(Record):
    """A record with a number that is approved before it counts (单据).

    `owner` is the handler (经办人)."""

    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    date = models.DateField(_("document date"), default=timezone.localdate)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ApprovalState.choices,
        default=ApprovalState.DRAFT,
        editable=False,
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("approved by"),
    )
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    class Meta(Record.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """A row of a document: `document` is the foreign key that its model adds, `row` counts from 1
    in the order of the form."""

    NOT_COPIED: ClassVar[frozenset[str]] = frozenset()
    """Fields that copies don't take over."""
    row = models.PositiveIntegerField(_("row"), editable=False)

    class Meta:
        abstract = True
        ordering = ["row"]


class SavedView(models.Model):
    """How somebody wants a list: a filter that was given a name, and the columns to show.

    `place` is the key of a kind, or the name of another list (`approvals`). The view without a name
    is the list as it comes: only its columns count. The department of its owner,
    and those below it, use what is shared with it; only its owner changes it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=40, blank=True)
    query = models.CharField(max_length=1000, blank=True)
    columns = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    shared_with = models.ForeignKey(
        "people.Department",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("shared with"),
    )

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "place", "name"], name="saved_view_once"),
            models.CheckConstraint(
                name="saved_view_shared_has_name",
                condition=models.Q(shared_with=None) | ~models.Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name
