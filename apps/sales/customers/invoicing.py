"""What an invoice must say about its buyer: shared by customers and contracts."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc

from apps.core.kinds.parts import Risk

INVOICING: Final = (
    "invoice_title",
    "tax_id",
    "invoice_address",
    "invoice_phone",
    "bank",
    "bank_account",
)
OLD_LENGTH: Final = 15
OLD_TAX_ID: Final = Risk("old_tax_id", _("Old tax id"))


def normal_tax_id(text: str) -> str:
    """A tax id in upper case without spaces; raises ValidationError for one that can't be.

    A firm has its unified social credit code, a person the number of the identity card. Ids of 15
    digits come from before 2015 and can't be checked."""
    tidy = "".join(text.split()).replace("-", "").upper()
    if not tidy or uscc.is_valid(tidy) or ric.is_valid(tidy) or is_old(tidy):
        return tidy
    raise ValidationError(_("“%(id)s” is no valid tax id: compare it.") % {"id": text})


def is_old(tax_id: str) -> bool:
    """Whether an id is one of 15 digits: worth a warning, as invoices ask for the new one."""
    return len(tax_id) == OLD_LENGTH and tax_id.isascii() and tax_id.isalnum()


def warnings_of_tax_id(tax_id: str) -> list[Risk]:
    """The warning of an old one, as the risks of a record."""
    if not is_old(tax_id):
        return []
    return [OLD_TAX_ID.because(gettext("15 digits: ask for the new one."))]


def invoicing_of(customer: InvoicingData) -> dict[str, tuple[str, ...]]:
    """What a customer brings along where it is chosen; without a title of its own, its name."""
    own = {name: (getattr(customer, name),) for name in INVOICING}
    return own | {"invoice_title": (customer.invoice_title, customer.name)}


class InvoicingData(models.Model):
    """The buyer as invoices name it."""

    invoice_title = models.CharField(_("invoice title"), max_length=120, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=20, blank=True)
    invoice_address = models.CharField(_("registered address"), max_length=200, blank=True)
    invoice_phone = models.CharField(_("registered phone"), max_length=40, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)

    class Meta:
        abstract = True
