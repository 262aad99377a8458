"""Operations of the recycling of claims: `sales.*`. `target_key` is the company's business key."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.core.kinds.registry import kind_of_key
from apps.sales.companies import services
from apps.sales.companies.models import TargetCompany
from engine.operations import Context, operation


@operation("sales.warn_of_recycling")
def warn_of_recycling(context: Context, *, target_key: str) -> str:
    """Tell the owner of a silent company when it goes back: that moment; "" where it isn't silent
    any more."""
    _kind, pk = kind_of_key(target_key)
    due = services.warn_of_recycling(company_id=pk, now=context.now)
    if due is None:
        return ""
    company = TargetCompany.objects.get(pk=pk)
    context.show(subject=company.name)
    context.tell(
        [company.owner_id],
        subject=gettext_noop("%(company)s goes back to the yellow pages on %(day)s"),
        text=gettext_noop(
            "There was no contact with “%(company)s” for long. It goes back to the yellow pages on"
            " %(day)s, unless you contact it, promote it or release it before."
        ),
        values={"company": company.name, "day": f"{timezone.localtime(due):%Y-%m-%d %H:%M}"},
    )
    return due.isoformat()


@operation("sales.recycle_company")
def recycle_company(context: Context, *, target_key: str) -> str:
    """Take a company back that has stayed silent: `recycled`, or `kept`."""
    _kind, pk = kind_of_key(target_key)
    return "recycled" if services.recycle_company(company_id=pk, now=context.now) else "kept"


@operation("sales.release_company")
def release_company(context: Context, *, target_key: str) -> str:
    """Its owner gives a company back on being warned: `released`."""
    _kind, pk = kind_of_key(target_key)
    decided = context.decided
    services.give_back(
        company_id=pk,
        by=decided.user if decided else None,
        reason=decided.opinion if decided else "",
        now=context.now,
    )
    return "released"
