"""How the web server logs: paths alone, for what stands behind the question mark is a name somebody searched for."""

import logging
import re
from typing import Any

from gunicorn import glogging

from frontdoor.quiet import fit_to_log

#: A line of a request that could not be read is quoted whole, blanks and all.
QUOTED_LINE = re.compile(r"\?.*")


class Quiet(logging.Filter):
    """Takes out of a record, its traceback included, what must not be kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always keeps the record."""
        text = record.getMessage()
        record.msg = QUOTED_LINE.sub("?…", text) if text.startswith("Invalid ") else fit_to_log(text)
        record.args = ()
        if record.exc_info:
            record.exc_text = fit_to_log(logging.Formatter().formatException(record.exc_info))
        return True


class Logger(glogging.Logger):  # type: ignore[misc]
    """Gunicorn's own, whose lines hold no question, secret of a link or address somebody came from."""

    def setup(self, cfg: Any) -> None:
        """As ever, and every line of an error goes through the filter."""
        super().setup(cfg)
        self.error_log.filters = [each for each in self.error_log.filters if not isinstance(each, Quiet)]
        self.error_log.addFilter(Quiet())

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What a line of the access log may be made of, whatever its format."""
        said: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        kept = {name: fit_to_log(value) if isinstance(value, str) else value for name, value in said.items()}
        hidden = {"q": "", "f": "-", "{referer}i": "-", "{query_string}e": "", "{raw_uri}e": "", "{http_referer}e": "-"}
        return {**kept, **{name: value for name, value in hidden.items() if name in kept}}
