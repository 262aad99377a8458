"""The web application, for granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# What is loaded now lives as long as the process: the collector of cycles need not look through it
# again and again, which would take a tenth of a second each time.
gc.collect()
gc.freeze()
