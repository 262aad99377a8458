"""How a kind of document is declared. A declaration says what is particular; the rest is here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.subjects import subjects
from apps.core.kinds.choices import Coloured
from apps.core.kinds.hooks import Hooks
from apps.core.kinds.models import Document, Line, Record, RecordQuerySet
from apps.core.kinds.participation import takes_part
from apps.core.kinds.parts import AttachmentCategory, PushDown, Risk, Text, names
from apps.core.kinds.versions import Amendable, keys_after
from engine.exceptions import NotAllowed, NotFound, WrongState

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest
    from django_filters import FilterSet

    from apps.core.access.rights import Rights
    from apps.core.kinds.commands import Command
    from apps.core.kinds.showing import Reader


@dataclass(frozen=True, slots=True)
class Numbering:
    """How documents are numbered: `XS-{date:%Y%m}-{seq:04d}`. The sequence begins anew with each
    text that the other parts make, so the example counts by month."""

    pattern: str

    def series(self, day: date) -> str:
        """What the sequence counts within."""
        return self.pattern.replace("{seq", "{{seq").partition("{{seq")[0].format(date=day)

    def number(self, day: date, seq: int) -> str:
        return self.pattern.format(date=day, seq=seq)


@dataclass(frozen=True, slots=True)
class Approval:
    """The process that approves a kind, and the queue of the approval center it lies in."""

    process: str
    queue: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of a document, edited as a grid. `document` is the foreign key of `model`; `related` its
    related name and the prefix of the form's fields."""

    model: type[Line]
    form_class: type[forms.ModelForm[Any]]
    related: str = "lines"
    label: Text = ""
    columns: Sequence[str] = ()  # of the grid as it is shown; empty: the form's fields
    computed: Sequence[str] = ()  # fields that `prepare` works out, shown but not typed
    minimum: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", names(self.columns))
        object.__setattr__(self, "computed", names(self.computed))

    @property
    def title(self) -> str:
        """How the rows are called together."""
        return capfirst(str(self.label or self.model._meta.verbose_name_plural))


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together, on the page and in the form. `told`: what the page says in their
    place, where it puts it otherwise."""

    label: Text
    fields: Sequence[str]
    told: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", names(self.fields))
        object.__setattr__(self, "told", names(self.told))

    @property
    def shown(self) -> Sequence[str]:
        """What the page says."""
        return self.told or self.fields


NAMES: Final = frozenset({"columns", "more_columns", "search", "related", "totals", "costs"})
"""What is declared as a text of names."""


class DetailTab:
    """A further tab of the page of a document, loaded when it is opened."""

    name: ClassVar[str]
    label: ClassVar[Text]
    template: ClassVar[str]
    position: ClassVar[int] = 50
    """Among the tabs of the page; those of every kind come after 100."""
    for_approver: ClassVar[bool] = False
    """Whether approvers see it together with the document."""

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        """Whether this record has the tab. No queries: it is asked on every page."""
        return True

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What the template shows."""
        return {}


class DocumentKind(Hooks):
    """One kind of record or document. Subclasses declare; `register` makes the one instance.

    Several names are told as one text, `columns = "number name customer"`, and are a tuple then.
    What a kind does in its own way are the hooks, functions of its `rules`.

    To depart from the norm, in this order: override a template (`<app>/<model>/<page>.html`), a
    method, a view class; add a tab; write a plain view."""

    model: ClassVar[type[Record]]
    module: ClassVar[str]
    """The module of the side bar under which the kind lies, and first part of its address."""
    icon: ClassVar[str] = "file-text"
    columns: ClassVar[Sequence[str]]
    """Fields, or properties, of the list as it is at first; the first one links to the page."""
    more_columns: ClassVar[Sequence[str]] = ()
    """What else can be chosen."""
    amount: ClassVar[str] = ""
    """The field that is summed up below the list and shown in the heading."""
    order: ClassVar[str] = "-pk"
    large: ClassVar[bool] = False
    """Whether there are so many rows that lists offer only the orders that an index gives."""
    filters: ClassVar[type[FilterSet] | None] = None
    search: ClassVar[Sequence[str]] = ()
    related: ClassVar[Sequence[str]] = ()
    """What lists and pages read along (`select_related`), beside what the columns name."""
    form_class: ClassVar[type[forms.ModelForm[Any]]]
    sections: ClassVar[Sequence[Section]] = ()
    lines: ClassVar[Sequence[Lines]] = ()
    totals: ClassVar[Sequence[str]] = ()
    """Fields, or properties, that `prepare` works out; shown below the lines."""
    badges: ClassVar[Mapping[str, type[Coloured]]] = {}
    """Fields shown as a badge, beside the state of a document: the choices of each."""
    costs: ClassVar[Sequence[str]] = ()
    """Fields, or properties, of the record and its lines that need the right to see costs."""
    numbering: ClassVar[Numbering | None] = None
    approval: ClassVar[Approval | None] = None
    many_at_once: ClassVar[bool] = False
    """Whether imports write many records together (apps.core.kinds.many): not for kinds with lines,
    numbers or something to do after each save."""
    shortcuts: ClassVar[Sequence[tuple[Text, str]]] = ()
    """Filters that everybody needs, before the saved ones: what they are called, and the query of
    the list; `{me}` in it is whoever asks."""
    looks: ClassVar[Sequence[tuple[Text, str]]] = ()
    """Other pages that show the rows of the list: what they are called, and the names of their
    addresses, which take the list's filters."""
    copies: ClassVar[bool] = True
    """Whether one can be made that says the same as another."""
    risk_flags: ClassVar[Mapping[str, Risk]] = {}
    """The risks that there can be (`flags`): lists show those a document had when it was
    submitted."""
    push_down: ClassVar[Sequence[PushDown]] = ()
    own_actions: ClassVar[Mapping[str, Text]] = {}
    """Rights that only this kind has, beside `Action`: codes and what they are called."""
    beyond_scope: ClassVar[frozenset[str] | None] = None
    """What may be done with rows that are seen though they lie outside one's scope; None: all."""
    commands: ClassVar[Mapping[str, Command]] = {}
    """What can be done with it in its own way, by the part of the address that names it."""
    attachments: ClassVar[Sequence[AttachmentCategory]] = ()
    """Sorts of files beside “other”, which every kind takes."""
    tabs: ClassVar[list[type[DetailTab]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.tabs = []
        for name in NAMES & vars(cls).keys():
            setattr(cls, name, names(vars(cls)[name]))

    @classmethod
    def tab(cls, name: str, *, label: Text) -> Callable[[type[DetailTab]], type[DetailTab]]:
        """Class decorator: a tab of this kind's pages."""

        def add(tab: type[DetailTab]) -> type[DetailTab]:
            tab.name, tab.label = name, label
            cls.tabs.append(tab)
            return tab

        return add

    # --- names ------------------------------------------------------------------------------------
    @property
    def key(self) -> str:
        """`contracts.salescontract`: of rights, addresses, links and business keys."""
        return self.model._meta.label_lower

    @property
    def slug(self) -> str:
        """`sales-contracts`: its part of addresses, after the module's (in the API, the app's)."""
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", self.model.__name__).lower()
        return re.sub(r"(?<=[^aeiou])y$", "ie", words) + "s"

    @property
    def is_document(self) -> bool:
        """Whether it has a number and a state."""
        return issubclass(self.model, Document)

    @property
    def is_amendable(self) -> bool:
        """Whether it has versions."""
        return issubclass(self.model, Amendable)

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def label_plural(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    # --- the doors --------------------------------------------------------------------------------
    def queryset(self, rights: Rights) -> RecordQuerySet:
        """Rows that these rights let one see."""
        return self.model.objects.visible_to(rights).reading(*self.related)

    def listed(self, rights: Rights) -> RecordQuerySet:
        """Of these what lists, counts, pickers, search, export and API show: of each document the
        version that counts."""
        return self.queryset(rights).filter(self.model.LISTED)

    def find(self, rights: Rights, pk: int, *, read: Reader | None = None) -> Any:
        """One row for looking at; `read` reads one with all that is shown of it. Whoever takes part
        in its approval, or in that of a later version, reads it whatever their scope; no other
        right follows. Raises NotFound."""
        seen = self.queryset(rights).filter(pk=pk)
        if read is None:
            found = seen.first()
            if found is None and takes_part(rights.user, *keys_after(self.model, pk)):
                found = self.model.objects.select_related(*self.related).filter(pk=pk).first()
        else:
            found = read.first(pk)
            if found is not None and not (
                rights.covers(self.key, found)
                or seen.exists()
                or takes_part(rights.user, *keys_after(self.model, pk))
            ):
                found = None
        if found is None:
            raise self.absent(rights, pk) or self.unknown(pk)
        return found

    def unknown(self, pk: int) -> NotFound:
        """The answer to a key that these rights find nothing by."""
        return NotFound(_("There is no %(kind)s %(pk)s.") % {"kind": self.label, "pk": pk})

    def can(self, rights: Rights, action: str, record: Any = None) -> bool:
        """Whether an action is granted, the row in one's scope, and its state lets it happen."""
        return (
            self.allowed(rights, action, record)
            and (record is None or self.refusal(record, action) is None)
            and (action != Action.SUBMIT or self.approval is not None)
        )

    def abilities(self, rights: Rights, record: Any) -> frozenset[str]:
        """All that can be done with a record that was found by these rights; one query at most,
        whatever is asked of it later."""
        granted = {action for action in subjects[self.key].actions if rights.may(self.key, action)}
        if self.approval is None:
            granted.discard(Action.SUBMIT)
        covered = rights.covers(self.key, record)
        if not granted or not (covered or self.queryset(rights).filter(pk=record.pk).exists()):
            return frozenset()
        if not covered and self.beyond_scope is not None:
            granted &= self.beyond_scope
        return frozenset(str(a) for a in granted if self.refusal(record, a) is None)

    def allowed(self, rights: Rights, action: str, record: Any = None) -> bool:
        """Whether an action is granted, whatever the state of the record."""
        if not rights.may(self.key, action):
            return False
        if record is None or record.pk is None:
            return True
        rows = self.queryset(rights).filter(pk=record.pk)
        if self.beyond_scope is not None and action not in self.beyond_scope:
            rows = rows.filter(rights.within(self.key))
        return bool(rows.exists())

    def require(self, rights: Rights, action: str, record: Any = None) -> None:
        """Raises NotAllowed where the action isn't granted, WrongState where the state of the
        record doesn't let it happen."""
        if not self.allowed(rights, action, record):
            raise NotAllowed(
                _("You may not do this with %(kind)s: %(action)s.")
                % {"kind": self.label_plural, "action": subjects[self.key].actions[action]}
            )
        reason = None if record is None else self.refusal(record, action)
        if reason is not None:
            raise WrongState(reason)

    # --- its tables -------------------------------------------------------------------------------
    def models(self) -> list[type[models.Model]]:
        """Its tables."""
        return [self.model, *(lines.model for lines in self.lines)]
