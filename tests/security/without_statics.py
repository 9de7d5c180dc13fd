"""The settings of a deployment, but for static files that nobody has gathered."""

from dangan.config.settings import *  # noqa: F403 - a settings module
from dangan.config.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
