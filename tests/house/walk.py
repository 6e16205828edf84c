"""Every address of the portal, with real objects of one office in its place-holders."""

from django.urls import URLPattern, get_resolver, reverse

SKIPPED = {
    "login": "public",
    "display-size": "public, no data",
    "logout": "ends the session of the walk",
    "keep-alive": "no data",
    "password-change": "own account only",
}


def names(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry
        else:
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from names(entry, f"{prefix}{space}")


def addresses(values: dict):
    """Yield (name, address) of every view; `values` gives what stands for ref, pk, code … by view or by name."""
    for name, entry in names():
        if name in SKIPPED:
            continue
        wanted = entry.pattern.converters
        chosen = {key: values.get((name, key), values.get(key)) for key in wanted}
        if all(value is not None for value in chosen.values()):
            yield name, reverse(name, kwargs=chosen)
        else:
            raise AssertionError(f"the walk has no object for {name} {sorted(wanted)}")
