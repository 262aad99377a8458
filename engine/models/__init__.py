"""The tables of the engine."""

from engine.models.batches import Batch, BatchPhase, BatchRow, RowState
from engine.models.copies import Copy
from engine.models.definitions import Deployment, ProcessDefinition, Resource
from engine.models.files import FileVersion, StoredFile
from engine.models.history import (
    ActivityInstance,
    ActivityState,
    Decision,
    TrailCheckpoint,
    TrailEntry,
    TrailEvent,
    VariableValue,
)
from engine.models.people import Audience, AudienceMember, InboxCount
from engine.models.runtime import (
    EventSubscription,
    HumanTask,
    Incident,
    InstanceState,
    Job,
    JobKind,
    OutboxMessage,
    ProcessInstance,
    TaskState,
)

__all__ = [
    "ActivityInstance",
    "ActivityState",
    "Audience",
    "AudienceMember",
    "Batch",
    "BatchPhase",
    "BatchRow",
    "Copy",
    "Decision",
    "Deployment",
    "EventSubscription",
    "FileVersion",
    "HumanTask",
    "InboxCount",
    "Incident",
    "InstanceState",
    "Job",
    "JobKind",
    "OutboxMessage",
    "ProcessDefinition",
    "ProcessInstance",
    "Resource",
    "RowState",
    "StoredFile",
    "TaskState",
    "TrailCheckpoint",
    "TrailEntry",
    "TrailEvent",
    "VariableValue",
]
