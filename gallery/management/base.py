"""The base class of our commands: their help in the language of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandParser

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class TranslatedCommand(BaseCommand):
    """A command with a `summary` that can be translated. argparse needs `help` to be plain text."""

    summary: StrPromise

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with the summary as its description."""
        self.help = str(self.summary)
        return super().create_parser(prog_name, subcommand, **kwargs)
