"""What a page says after an act, kept in a cookie until the next page; its name is a setting, as of other cookies."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class Cookie(CookieStorage):
    """The cookie, by our name."""

    cookie_name = settings.MESSAGE_COOKIE_NAME


class Storage(FallbackStorage):
    """In the cookie while it fits, else in the session."""

    storage_classes = (Cookie, SessionStorage)
