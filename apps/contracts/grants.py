"""Who has which rights with contracts to begin with."""

from __future__ import annotations

from apps.core.access.actions import Action, Scope
from engine.organisation import Role

WORK = (
    Action.VIEW,
    Action.ADD,
    Action.CHANGE,
    Action.DELETE,
    Action.SUBMIT,
    Action.VOID,
    Action.AMEND,
    Action.ATTACH,
    Action.PRINT,
)
READ = (Action.VIEW, Action.PRINT, Action.EXPORT)
CONTRACT = "contracts.salescontract"

DEFAULTS = {
    Role.SALES: {CONTRACT: (Scope.OWN, WORK)},
    Role.PRESALES: {CONTRACT: (Scope.OWN, (Action.VIEW,))},
    Role.ENGINEER: {CONTRACT: (Scope.OWN, (Action.VIEW,))},
    Role.DEPARTMENT_HEAD: {CONTRACT: (Scope.TREE, (*READ, Action.HAND_OVER, Action.SEE_COST))},
    Role.SALES_MANAGER: {
        CONTRACT: (
            Scope.TREE,
            (
                *WORK,
                Action.CLOSE,
                Action.EXPORT,
                Action.IMPORT,
                Action.HAND_OVER,
                Action.SEE_COST,
            ),
        )
    },
    Role.FINANCE: {
        CONTRACT: (
            Scope.ALL,
            (*READ, Action.ATTACH, Action.UNAPPROVE, Action.CLOSE, Action.SEE_COST),
        )
    },
    Role.SERVICE_MANAGER: {CONTRACT: (Scope.ALL, (Action.VIEW,))},
    Role.GENERAL_MANAGER: {
        CONTRACT: (
            Scope.ALL,
            (
                *WORK,
                Action.EXPORT,
                Action.UNAPPROVE,
                Action.CLOSE,
                Action.HAND_OVER,
                Action.SEE_COST,
            ),
        )
    },
    Role.ADMINISTRATOR: {CONTRACT: (Scope.ALL, (Action.VIEW,))},
}
