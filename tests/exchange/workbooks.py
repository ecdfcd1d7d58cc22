"""Excel workbooks made here cell by cell, as a system or a spreadsheet writes them."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from frontdoor.exchange.legacy.files import Column, Layout
from tests.exchange.extract import Extract

Cell = str | float | date | None
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str) and value.startswith("#"):
        return f'<c t="e"><f>NA()</f><v>{value}</v></c>'
    if isinstance(value, str):
        text = escape(value).replace("\r", "_x000D_")
        return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    if isinstance(value, date):
        begin = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet knows no zone)
        at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        style = 2 if isinstance(value, datetime) else 1
        return f'<c s="{style}"><v>{(at - begin).total_seconds() / 86400!r}</v></c>'
    return f"<c><v>{value!r}</v></c>"


def workbook(*sheets: Sequence[Sequence[Cell]], raw: str = "") -> bytes:
    """A workbook of these sheets; ``raw`` stands for the rows of the first instead."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        + f'<Relationship Id="rId99" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy hh:mm"/>'
        '</numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
        "</styleSheet>",
    }
    for number, rows in zip(numbers, sheets, strict=True):
        body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{(number == 1 and raw) or body}</sheetData></worksheet>'
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, HEAD + text)
    return out.getvalue()


def cells_of(made: Extract, layout: Layout, *, numbers: Sequence[str] = ()) -> list[list[Cell]]:
    """The rows of a file as a system exports them to a workbook: days and moments as such, all else as text.

    ``numbers`` are columns that became numbers on the way.
    """
    header: list[Cell] = list(layout.header)
    return [
        header,
        *(
            [
                _as_cell(value.encode(layout.encoding, "replace").decode(layout.encoding), column, layout, numbers)
                for value, column in zip(row, layout.columns, strict=True)
            ]
            for row in made.rows[layout.name]
        ),
    ]


def _as_cell(value: str, column: Column, layout: Layout, numbers: Sequence[str]) -> Cell:
    form = {"carecase": "%Y-%m-%d", "firstcall": "%d/%m/%Y"}.get(layout.system, "")
    clock = "T%H:%M" if layout.system == "carecase" else " %H:%M"
    if value and form and column.kind == "date":
        return datetime.strptime(value, form).date()  # noqa: DTZ007
    if value and form and column.kind == "moment":
        return datetime.strptime(value, form + clock)  # noqa: DTZ007
    return float(value) if value and column.name in numbers else value
