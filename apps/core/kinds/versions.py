"""Documents with versions: what is in force is changed by an amendment, approved in its turn.

All versions of a document bear the number of the first; `revision` tells them apart. At most one is
in force, and at most one amendment of it is open. An amendment changes nothing until it takes
effect; the version before it is superseded then, and stays as it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q, Subquery
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.choices import Coloured
from apps.core.kinds.models import ApprovalState, Document, Line, Record

IN_FORCE: Final = (ApprovalState.APPROVED, ApprovalState.CLOSED)


class Amendment(Coloured):
    """How far the open amendment of a version in force has come: the states it may be in."""

    DRAFT = ApprovalState.DRAFT.value, "secondary", _("Amendment begun")
    SUBMITTED = ApprovalState.SUBMITTED.value, "purple", _("Amendment waits for approval")
    RETURNED = ApprovalState.RETURNED.value, "yellow", _("Amendment sent back")


class Amendable(Document):
    """A document that is changed by amendments. `amends` is the version that an amendment begins
    with and is to follow; `amendment` says of a version in force whether one is open."""

    LISTED: ClassVar[Q] = ~Q(state=ApprovalState.SUPERSEDED) & (
        Q(amends=None) | Q(state__in=IN_FORCE)
    )
    number = models.CharField(_("number"), max_length=40, editable=False)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)
    amends = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="amendments",
        verbose_name=_("amends"),
    )
    amends_id: int | None
    amendment = models.CharField(
        _("amendment"),
        max_length=12,
        choices=Amendment.choices,
        default="",
        blank=True,
        editable=False,
    )

    class Meta(Document.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(name="%(class)s_version_once", fields=["number", "revision"]),
            models.UniqueConstraint(
                name="%(class)s_one_in_force", fields=["number"], condition=Q(state__in=IN_FORCE)
            ),
            models.UniqueConstraint(
                name="%(class)s_one_amendment",
                fields=["amends"],
                condition=Q(state__in=Amendment.values),
            ),
        ]

    def __str__(self) -> str:
        return self.number if self.revision == 1 else f"{self.number} {self.version_label}"

    @property
    def version_label(self) -> str:
        """V2."""
        return f"V{self.revision}"


class AmendableLine(Line):
    """A line of such a document. `was`: the line of the version before that it is, changed or
    not."""

    NOT_COPIED = frozenset({"was"})
    was = models.PositiveBigIntegerField("", null=True, editable=False)

    class Meta(Line.Meta):
        abstract = True


def lock(model: type[Record], pk: int) -> Any:
    """The locked row, None where there is none. What it amends is locked too, and first: versions
    are always locked in the order of their keys."""
    rows = model._default_manager.select_for_update()
    if not issubclass(model, Amendable):
        return rows.filter(pk=pk).first()
    amended = Subquery(model._default_manager.filter(pk=pk).values("amends"))
    found = rows.filter(Q(pk=pk) | Q(pk=amended)).order_by("pk")
    return next((row for row in found if row.pk == pk), None)


def tell_amended(document: Any, *, gone: bool = False) -> None:
    """Let the version in force say how far its amendment, a locked document, has come."""
    if isinstance(document, Amendable) and document.amends_id is not None:
        said = document.state if document.state in Amendment.values and not gone else ""
        rows = type(document)._default_manager.filter(pk=document.amends_id)
        rows.update(amendment=said)


def together(model: type[Record], pks: Iterable[int]) -> Q:
    """These rows, with all versions of each."""
    if not issubclass(model, Amendable):
        return Q(pk__in=pks)
    return Q(number__in=model._default_manager.filter(pk__in=pks).values("number"))


def keys_after(model: type[Record], pk: int) -> list[str]:
    """Business keys of a document and of its later versions: whoever is asked about one of these
    compares it with what was before."""
    keys = [f"{model._meta.label_lower}:{pk}"]
    if issubclass(model, Amendable):
        later = model._default_manager.filter(together(model, [pk]), pk__gt=pk)
        keys += [row.business_key for row in later]
    return keys


def keys_before(record: Any) -> list[str]:
    """Business keys of a record and of the versions from which it came, itself first."""
    keys = [str(record.business_key)]
    if isinstance(record, Amendable) and record.amends_id is not None:
        rows = type(record)._default_manager.filter(number=record.number)
        came_from = dict(rows.values_list("pk", "amends"))
        pk = record.amends_id
        while pk is not None:
            keys.append(f"{record._meta.label_lower}:{pk}")
            pk = came_from[pk]
    return keys
