"""Addresses of the API of all kinds."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from apps.core.kinds.api.views import views_of
from apps.core.kinds.registry import kinds

router = SimpleRouter()
for key in kinds:
    kind = kinds[key]
    prefix = f"{kind.model._meta.app_label}/{kind.slug}"
    router.register(prefix, views_of(kind), basename=f"record-{key}")

urlpatterns = router.urls
