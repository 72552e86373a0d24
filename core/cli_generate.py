"""The command ``generate``: sequences that a network makes by reading its own answers, without a window."""

from __future__ import annotations

import argparse
import math
from typing import Any

from core.cli_files import open_project, setting_of, whole_number


def add_to(commands: Any) -> None:
    """Offer the command."""
    parser = commands.add_parser("generate", help="let a network make sequences", description=generate.__doc__)
    parser.add_argument("project", help="a .unroll file or the key of an example")
    parser.add_argument("--source", metavar="TEXT", help="what it is asked about: a word to pronounce, a class to draw")
    parser.add_argument("--sample", metavar="N", help="take this sample of the data as the source, counted from 0")
    parser.add_argument("--given", metavar="TEXT", default="", help="how the answer begins")
    parser.add_argument("--way", metavar="WAY", default="greedy", help="greedy, sampling or beam (%(default)s)")
    parser.add_argument(
        "--set", dest="settings", metavar="KEY=VALUE", action="append", default=[],
        help="a setting of the way: temperature=0.7, top_k=5; width=8, length_power=1",
    )  # fmt: skip
    parser.add_argument("--count", metavar="N", default="1", help="how many sequences (%(default)s)")
    parser.add_argument("--steps", metavar="N", help="at most so many steps")
    parser.add_argument("--seed", metavar="S", default="0", help="of what is drawn by lot (%(default)s)")
    parser.set_defaults(run=generate)


def generate(options: argparse.Namespace) -> int:
    """Let a network that reads its own answers make sequences; one line each: its probability and what it says."""
    from core import script

    settings = dict(setting_of(text) for text in options.settings)
    made = script.generate(
        open_project(options.project),
        options.source if options.sample is None else whole_number(options.sample, "--sample"),
        options.given,
        options.way,
        whole_number(options.count, "--count"),
        None if options.steps is None else whole_number(options.steps, "--steps"),
        whole_number(options.seed, "--seed"),
        **settings,
    )
    for one in made:
        if one.answers.ndim == 1:
            print(f"{math.exp(one.log_probability):.3g}  {one.text}")
        else:
            print("\n".join("  ".join(f"{value:.4g}" for value in row) for row in one.answers))
    return 0
