"""Parts of a kind's declaration that stand by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise

Text = str | Promise


def names(told: Sequence[str]) -> tuple[str, ...]:
    """Names as they are declared: the words of one text, or each by itself."""
    return tuple(told.split() if isinstance(told, str) else told)


@dataclass(frozen=True, slots=True)
class PushDown:
    """A follow-up document can be made from this kind (下推): the key of the kind to make."""

    kind: str


@dataclass(frozen=True, slots=True)
class Risk:
    """Something an approver should see first. `level`: danger or warning. Kinds declare theirs as
    `risk_flags`; one that is found has a `text` too."""

    code: str
    label: Text
    text: str = ""
    level: str = "warning"

    def because(self, text: str) -> Risk:
        """The flag, raised for this reason."""
        return replace(self, text=text)


def flags(*risks: Risk) -> Mapping[str, Risk]:
    """The risks of a kind by their codes."""
    return {risk.code: risk for risk in risks}


@dataclass(frozen=True, slots=True)
class AttachmentCategory:
    """A sort of file that a kind asks for. `late`: may be added to a document that is approved
    already, such as the signed copy; it then counts at once."""

    code: str
    label: Text
    late: bool = False
