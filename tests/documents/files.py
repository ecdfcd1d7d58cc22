"""Real small files of every kind the house takes, made here so that nothing has to be shipped."""

import io
import struct
import subprocess
import zipfile
import zlib


def pdf(*lines: str) -> bytes:
    """A PDF of one page with these lines of text."""
    drawn = "BT /F1 24 Tf 40 780 Td " + " ".join(f"({line}) Tj 0 -32 Td" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 5\n0000000000 65535 f \n{table}trailer << /Size 5 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()


def png(width: int = 2, height: int = 2) -> bytes:
    """A white picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def scan(*lines: str) -> bytes:
    """A picture (PNG) of a page with these lines, as a scanner makes one."""
    command = ["pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", "-"]
    return subprocess.run(command, input=pdf(*lines), stdout=subprocess.PIPE, check=True).stdout


def packed(**members: str) -> bytes:
    """A zip archive; a double underscore in a name stands for a stroke, a single one for a point."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(*paragraphs: str, **more: str) -> bytes:
    """A Word document; ``more`` adds members."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return packed(**{"[Content_Types].xml": TYPES.format(""), "word/document.xml": document, **more})


def odt(*paragraphs: str) -> bytes:
    """An OpenDocument text."""
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    content = (
        f'<office:document-content xmlns:office="{space}office:1.0" xmlns:text="{space}text:1.0">'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return packed(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def _cell(place: str, content: str | float) -> str:
    if isinstance(content, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{content}</t></is></c>'
    return f'<c r="{place}"><v>{content!r}</v></c>'


def xlsx(*cells: str | float) -> bytes:
    """An Excel workbook with these cells in a row; a number is a numeric cell."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    row = "".join(_cell(f"{chr(65 + n)}1", content) for n, content in enumerate(cells))
    return packed(
        **{
            "[Content_Types].xml": TYPES.format(""),
            "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="Visits" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData><row r="1">{row}</row></sheetData>'
            "</worksheet>",
        }
    )
