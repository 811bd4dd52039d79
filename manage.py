#!/usr/bin/env python
"""Django's commands for a checkout; an installed site has the same as `semblance`."""

from searchsite.command_line import run

if __name__ == "__main__":
    run()
