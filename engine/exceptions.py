"""Errors of the engine. Each has a `code` that an API client can rely on, and data that says what
it is about."""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """Base of all. `message` is for people (already translated), `data` for programs."""

    code = "engine_error"

    def __init__(self, message: object = "", /, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return str(self.message or self.code)


class NotFound(EngineError):
    """There is no such definition, instance or task (or the asker may not know of it)."""

    code = "not_found"


class NotAllowed(EngineError):
    """The user may not do this; whether the state would admit it is another question."""

    code = "not_allowed"


class WrongState(EngineError):
    """The thing is not in a state in which this can be done. Never used for a missing
    permission."""

    code = "wrong_state"


class Conflict(WrongState):
    """Somebody was faster. `data` has `by` (user id or None) and `at` (aware datetime or None)."""

    code = "conflict"


class NothingCaught(WrongState):
    """A message found nobody who waits for it."""

    code = "nothing_caught"


class InvalidData(EngineError):
    """Form data, variables or parameters are not acceptable. `data["errors"]` maps a field to its
    messages."""

    code = "invalid_data"


class InvalidExpression(EngineError):
    """An expression uses what the language doesn't have, is too long, or fails on its data."""

    code = "invalid_expression"


class InvalidDefinition(EngineError):
    """A BPMN or DMN file can't be deployed. `data` has `element`, `line` and `file` where known."""

    code = "invalid_definition"


class LimitExceeded(EngineError):
    """Too many automatic steps, tasks, levels of calls or children."""

    code = "limit_exceeded"


class BusinessError(EngineError):
    """An operation says no in a way that the diagram may handle by an error boundary."""

    code = "business_error"

    def __init__(self, code: str, message: object = "", /, **data: Any) -> None:
        super().__init__(message or code, **data)
        self.code = code


class OperationFailed(EngineError):
    """An operation raised something else; the step was rolled back. `__cause__` has it."""

    code = "operation_failed"
