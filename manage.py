#!/usr/bin/env python
"""Django's command line; starts the embedded database first when no DATABASE_URL is set."""

import os
import sys

NEEDS_NO_DATABASE = {"help", "--help", "version", "collectstatic", "stop_database"}


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veterans_portal.settings")
    from django.core.management import execute_from_command_line

    if not os.environ.get("DATABASE_URL") and not NEEDS_NO_DATABASE & set(sys.argv[1:2]):
        from veterans_portal import embedded
        from veterans_portal.settings import VAR

        embedded.ensure_running(VAR)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
