"""What the decisions of the core's diagrams are called."""

from django.utils.translation import gettext_lazy as _

from engine.decisions import registry

for code, label in {
    "approve": _("Approve"),
    "reject": _("Reject"),
    "return": _("Send back"),
    "send_back": _("Send back to a level"),
    "resubmit": _("Submit again"),
    "abandon": _("Give up"),
    "assign": _("Assign"),
    "retry": _("Try again"),
    "give_up": _("Leave it as it is"),
}.items():
    registry.add(code, label)
