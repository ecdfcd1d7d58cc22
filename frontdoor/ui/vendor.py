"""Copy the pinned GOV.UK and MoJ assets into the static files, without Crown fonts, crest and favicons.

``python -m frontdoor.ui.vendor NODE_MODULES OUT``. OUT is emptied first.
The files are third-party and are not committed.
"""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

GOVUK = "govuk-frontend/dist/govuk"
MOJ = "@ministryofjustice/frontend/moj"


def _css(text: str) -> str:
    """No Crown font, no crest, image addresses beside the file."""
    text = re.sub(r"@font-face\s*\{[^}]*GDS Transport[^}]*\}", "", text)
    text = re.sub(r"[\"']?GDS Transport[\"']?,\s*", "", text)
    text = re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", text)
    return text.replace("url(/assets/images/", "url(images/")


def copy(modules: Path, out: Path) -> list[Path]:
    """Copy every file the pages load. Raises FileNotFoundError when a package is not installed in ``modules``."""
    shutil.rmtree(out, ignore_errors=True)
    made: list[Path] = []

    def put(source: str, target: str, edit: Callable[[str], str] = lambda text: text) -> str:
        text = edit(re.sub(r"\n?/[/*]# sourceMappingURL=.*", "", (modules / source).read_text(encoding="utf-8")))
        path = out / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        made.append(path)
        return text

    put(f"{GOVUK}/govuk-frontend.min.css", "govuk/govuk-frontend.min.css", _css)
    put(f"{GOVUK}/govuk-frontend.min.js", "govuk/govuk-frontend.min.js")
    moj = put(f"{MOJ}/moj-frontend.min.css", "moj/moj-frontend.min.css", _css)
    put(f"{MOJ}/moj-frontend.min.js", "moj/moj-frontend.min.js")
    for image in sorted(set(re.findall(r"url\(images/([^)]+)\)", moj))):
        put(f"{MOJ}/assets/images/{image}", f"moj/images/{image}")
    licences = [
        f"{p}: {(modules / p / 'package.json').read_text(encoding='utf-8')}"
        for p in ("govuk-frontend", MOJ.rpartition("/")[0])
    ]
    notice = out / "NOTICE.txt"
    notice.write_text(
        "Both packages are under the MIT licence. Their package files follow.\n\n" + "\n".join(licences),
        encoding="utf-8",
    )
    return [*made, notice]


def main(arguments: list[str]) -> int:
    """Command line: two folders. Answers 2 when they are not given."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    made = copy(Path(arguments[0]), Path(arguments[1]))
    print(f"{len(made)} files copied to {arguments[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
