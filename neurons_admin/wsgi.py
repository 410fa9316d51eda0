"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

from neurons_admin import doorbell
from neurons_admin.starting import begin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurons_admin.settings")

application = get_wsgi_application()
begin("web")
doorbell.prepare()
