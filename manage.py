#!/usr/bin/env python
"""Django's command line. Without DJANGO_SETTINGS_MODULE it speaks of the demo only."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
