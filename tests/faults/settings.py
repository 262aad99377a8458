"""The settings of the plant's processes: those of the product, and the app `tests.faults.site`."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.site"]
