"""Draw papers into a folder: python -m tests.papers --kind all --level hard --count 300 --seed 7"""

import argparse
import json
import sys
from pathlib import Path

from tests.papers import PARTS, camera, drawing, layouts

KINDS = tuple(dict.fromkeys(each.kind for each in layouts.LAYOUTS))


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.papers", description=__doc__)
    parser.add_argument("--kind", choices=("all", *KINDS), default="all")
    parser.add_argument("--level", choices=("all", *camera.LEVELS), default="all")
    parser.add_argument("--count", type=int, default=10, help="papers a kind and level")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=PARTS, default="tuning")
    parser.add_argument("--layout", help="only this layout")
    parser.add_argument("--turned", action="store_true", help="on their side or upside down")
    parser.add_argument("--handwritten", action="store_true", help="filled in with a pen")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def _asked(options):
    """The kinds and levels asked for; a kind nobody fills in by hand is left out of those."""
    kinds = KINDS if options.kind == "all" else (options.kind,)
    levels = camera.LEVELS if options.level == "all" else (options.level,)
    for kind in kinds:
        can_be_drawn = any(
            each.kind == kind
            and each.handwritten == options.handwritten
            and options.layout in (None, each.name)
            and each.part == options.part
            for each in layouts.LAYOUTS
        )
        for level in levels if can_be_drawn else ():
            yield kind, level


def main():
    """Write JPEGs and `truth.jsonl`, one line a paper."""
    options = _arguments()
    asked = tuple(_asked(options))
    if not asked:
        sys.exit("No such layout in this part: see --part, --layout, --handwritten.")
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "truth.jsonl").open("w", encoding="utf-8") as truths:
        for kind, level in asked:
            for place in range(options.count):
                paper = drawing.draw(
                    kind,
                    seed=f"{options.seed}/{place}",
                    level=level,
                    part=options.part,
                    handwritten=options.handwritten,
                    turned=options.turned,
                    layout=options.layout,
                )
                name = f"{kind}_{place:04}_{level}.jpg"
                (options.out / name).write_bytes(paper.jpeg)
                line = {"file": name, **paper.truth}
                truths.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
