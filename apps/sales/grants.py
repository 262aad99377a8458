"""Who has which rights in sales to begin with. Somebody who sells is anybody: everyone sees and
makes their own; what others own is seen by their heads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Action, Scope
from apps.core.access.subjects import declare
from engine.organisation import Role

declare("sales.team", _("Sales team"), (Action.VIEW,), scoped=True)

VIEW, ADD, CHANGE, DELETE = Action.VIEW, Action.ADD, Action.CHANGE, Action.DELETE
PRINT, EXPORT, IMPORT, ATTACH = Action.PRINT, Action.EXPORT, Action.IMPORT, Action.ATTACH
WORK = (VIEW, ADD, CHANGE, ATTACH, PRINT)
MANAGE = (*WORK, DELETE, IMPORT, EXPORT, Action.HAND_OVER)
READ = (VIEW, EXPORT, PRINT)
CARE = ("dormant", "close", "restore", "share")
"""With customers of one's own; to call one won by hand, or to merge two, takes a manager."""
RULE = (*CARE, "win", "merge")
CUSTOMER, CONTACT, POLICY = "sales.customer", "sales.contact", "sales.pricepolicy"
LEAD = "sales.lead"
PURSUE = ("follow", "take_back", "invalidate")
"""With leads of one's own, beside submitting them."""
OPPORTUNITY = "sales.opportunity"
COMPANY = "sales.targetcompany"
CLAIMING = ("claim", "promote", "release")
ACTIVITY, PRESALES = "sales.salesactivity", "sales.presalesrequest"
TARGET, TEAM = "sales.salestarget", "sales.team"
CLOSE, REOPEN = "close", "reopen"  # opportunities
ASSISTING = {
    CUSTOMER: (Scope.OWN, (VIEW, CHANGE, ATTACH, PRINT)),
    CONTACT: (Scope.OWN, WORK),
    OPPORTUNITY: (Scope.OWN, (VIEW,)),
    ACTIVITY: (Scope.OWN, (*WORK, DELETE, Action.SUBMIT, "comment")),
    PRESALES: (Scope.OWN, (VIEW, ATTACH, PRINT)),
}
"""Of those who support a sale: what is shared with them, and what they are asked to do."""

DEFAULTS = {
    Role.SALES: {
        COMPANY: (Scope.OWN, (*WORK, *CLAIMING)),
        CUSTOMER: (Scope.OWN, (*WORK, *CARE)),
        CONTACT: (Scope.OWN, (*WORK, DELETE)),
        LEAD: (Scope.OWN, (*WORK, DELETE, Action.SUBMIT, *PURSUE)),
        OPPORTUNITY: (Scope.OWN, (*WORK, DELETE, CLOSE, REOPEN)),
        ACTIVITY: (Scope.OWN, (*WORK, DELETE, Action.SUBMIT, "comment")),
        PRESALES: (Scope.OWN, (*WORK, DELETE, Action.SUBMIT, "cancel")),
        TARGET: (Scope.OWN, (VIEW,)),
    },
    Role.DEPARTMENT_HEAD: {
        COMPANY: (Scope.TREE, (*READ, Action.HAND_OVER)),
        CUSTOMER: (Scope.TREE, (*READ, Action.HAND_OVER, *CARE)),
        CONTACT: (Scope.TREE, (*READ, Action.HAND_OVER)),
        LEAD: (Scope.TREE, (*READ, Action.HAND_OVER)),
        OPPORTUNITY: (Scope.TREE, (*READ, Action.HAND_OVER)),
        ACTIVITY: (Scope.TREE, (*READ, Action.HAND_OVER, "comment")),
        PRESALES: (Scope.TREE, (*READ, Action.HAND_OVER)),
        TARGET: (Scope.TREE, READ),
        TEAM: (Scope.TREE, (VIEW,)),
    },
    Role.SALES_MANAGER: {
        COMPANY: (Scope.TREE, (*MANAGE, *CLAIMING, "assign", "discard")),
        CUSTOMER: (Scope.TREE, (*MANAGE, *RULE)),
        CONTACT: (Scope.TREE, MANAGE),
        LEAD: (Scope.TREE, (*MANAGE, Action.SUBMIT, *PURSUE)),
        ACTIVITY: (Scope.TREE, (*MANAGE, Action.SUBMIT, "comment")),
        PRESALES: (Scope.TREE, (*MANAGE, Action.SUBMIT, "cancel")),
        TARGET: (Scope.TREE, (VIEW, ADD, CHANGE, DELETE, IMPORT, EXPORT)),
        TEAM: (Scope.TREE, (VIEW,)),
        POLICY: (Scope.ALL, (VIEW, ADD, CHANGE, DELETE, IMPORT, EXPORT)),
        OPPORTUNITY: (Scope.TREE, (*MANAGE, CLOSE, REOPEN)),
    },
    Role.FINANCE: {
        CUSTOMER: (Scope.ALL, (*READ, CHANGE)),
        CONTACT: (Scope.ALL, READ),
        POLICY: (Scope.ALL, (VIEW, EXPORT)),
        OPPORTUNITY: (Scope.ALL, READ),
    },
    Role.SERVICE_MANAGER: {
        CUSTOMER: (Scope.ALL, (VIEW,)),
        CONTACT: (Scope.ALL, (VIEW, ADD)),
        PRESALES: (Scope.ALL, READ),
    },
    Role.PRESALES: ASSISTING,
    Role.ENGINEER: ASSISTING,
    Role.HOTLINE: {CUSTOMER: (Scope.ALL, (VIEW, ADD)), CONTACT: (Scope.ALL, (VIEW, ADD, CHANGE))},
    Role.GENERAL_MANAGER: {
        COMPANY: (Scope.ALL, (*MANAGE, *CLAIMING, "assign", "discard")),
        CUSTOMER: (Scope.ALL, (*MANAGE, *RULE)),
        CONTACT: (Scope.ALL, MANAGE),
        LEAD: (Scope.ALL, (*MANAGE, Action.SUBMIT, *PURSUE)),
        ACTIVITY: (Scope.ALL, (*MANAGE, Action.SUBMIT, "comment")),
        PRESALES: (Scope.ALL, READ),
        TARGET: (Scope.ALL, (VIEW, ADD, CHANGE, DELETE, IMPORT, EXPORT)),
        TEAM: (Scope.ALL, (VIEW,)),
        POLICY: (Scope.ALL, READ),
        OPPORTUNITY: (Scope.ALL, (*MANAGE, CLOSE, REOPEN)),
    },
    Role.ADMINISTRATOR: {
        COMPANY: (Scope.ALL, (VIEW,)),
        CUSTOMER: (Scope.ALL, (VIEW,)),
        CONTACT: (Scope.ALL, (VIEW,)),
        LEAD: (Scope.ALL, (VIEW,)),
        POLICY: (Scope.ALL, (VIEW,)),
        OPPORTUNITY: (Scope.ALL, (VIEW,)),
        ACTIVITY: (Scope.ALL, (VIEW,)),
        PRESALES: (Scope.ALL, (VIEW,)),
        TARGET: (Scope.ALL, (VIEW,)),
    },
}
