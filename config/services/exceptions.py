"""What can go wrong with a service. The text is shown to whoever started it."""

from __future__ import annotations


class ServiceError(Exception):
    """Base of all: nothing works until a person has read it."""


class UnsafeFolder(ServiceError):
    """A folder of that name exists and belongs to somebody else."""


class ProgramMissing(ServiceError):
    """A server's programs were not found on this machine."""


class ProgramFailed(ServiceError):
    """A program ended, refused, or did not answer."""


class AlreadyRunning(ServiceError):
    """Another supervisor works on this home."""


class Stopped(Exception):
    """The supervisor was asked to stop while it waited: not an error."""
