"""What people bring to pages of documents: their signatures, on paper."""

from __future__ import annotations

from apps.core.printing.signatures import sources
from apps.people.account.signature import signatures_of

sources.add("people", signatures_of)
