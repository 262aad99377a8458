"""The tables of the engine."""

from engine.models.definitions import Deployment, ProcessDefinition, Resource
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
    "Decision",
    "Deployment",
    "EventSubscription",
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
    "TaskState",
    "TrailCheckpoint",
    "TrailEntry",
    "TrailEvent",
    "VariableValue",
]
