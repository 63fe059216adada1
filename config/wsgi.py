"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# A page makes some ten thousand objects, of which reference counting frees nearly all: looking
# for cycles every 700 of them, through the whole program each time, is work for nothing.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
