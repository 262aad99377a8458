"""Start-up of the people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Users, employees, departments, roles, substitutes, working calendar."""

    name = "apps.people"
    verbose_name = _("People")
