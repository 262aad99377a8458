"""Who has which rights in the catalog to begin with."""

from __future__ import annotations

from apps.core.access.actions import EVERYONE, Action, Scope
from engine.organisation import Role

VIEW, PRINT, EXPORT = Action.VIEW, Action.PRINT, Action.EXPORT
MANAGE = (
    VIEW,
    Action.ADD,
    Action.CHANGE,
    Action.DELETE,
    Action.ATTACH,
    Action.IMPORT,
    EXPORT,
    PRINT,
    Action.HAND_OVER,
)
PRODUCT = "catalog.product"

DEFAULTS = {
    EVERYONE: {PRODUCT: (Scope.ALL, (VIEW,))},
    Role.PURCHASING_MANAGER: {PRODUCT: (Scope.ALL, (*MANAGE, Action.SEE_COST))},
    Role.SALES_MANAGER: {PRODUCT: (Scope.ALL, (*MANAGE, Action.SEE_COST))},
    Role.FINANCE: {PRODUCT: (Scope.ALL, (VIEW, EXPORT, PRINT, Action.SEE_COST))},
    Role.GENERAL_MANAGER: {PRODUCT: (Scope.ALL, (VIEW, EXPORT, PRINT, Action.SEE_COST))},
    Role.ADMINISTRATOR: {PRODUCT: (Scope.ALL, (VIEW,))},
}
