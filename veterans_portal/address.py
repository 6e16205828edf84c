"""Where a request comes from."""

from ipaddress import ip_address

from django.conf import settings


def address_of(request) -> str:
    """
    Return the address of whoever asks: behind proxies of our own (PROXY_COUNT), the one that the outermost of them has
    written down. What stands before it was written by the asker and counts for nothing.

    Without it the log would name the proxy for everybody, and everybody would share one limit of queries.
    """
    own = request.META.get("REMOTE_ADDR", "")
    behind = settings.AXES_IPWARE_PROXY_COUNT
    passed = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not behind or len(passed) < behind:
        return own
    try:
        return str(ip_address(passed[-behind]))
    except ValueError:
        return own
