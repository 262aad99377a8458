"""What the decisions of the diagrams of sales are called."""

from django.utils.translation import gettext_lazy as _

from engine.decisions import registry

for code, label in {
    # companies
    "release": _("Release"),
    # leads
    "ask_more": _("Ask for more"),
    "invalid": _("Invalid"),
    "back": _("Back to the yellow pages"),
    "ask_ruling": _("Ask for a ruling"),
    "concede": _("Give up"),
    "keep_owner": _("Stays with its owner"),
    "to_applicant": _("Goes to the applicant"),
    "both": _("Both follow it"),
    "restore": _("Restore and transfer"),
    "distinct": _("Another firm: go on with the review"),
    # presales support
    "decline": _("Decline"),
    "accept": _("Accept"),
    "refuse": _("Refuse"),
    "report": _("Report as done"),
}.items():
    registry.add(code, label)
