"""Charts drawn on the server as SVG, each with its table beside it. No colour carries meaning alone."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from markupsafe import Markup

Number = int | float | Decimal
DASHES = ("", "8 4", "2 4", "12 4 2 4")
MARKS = ("●", "■", "▲", "◆")
#: Between the names of two lines, at the least.
LINE = 18
#: No name stands higher than this.
TOP = 12


def _show(value: Number | None, unit: str, absent: str = "not known") -> str:
    if value is None:
        return absent
    text = f"{value:,}" if isinstance(value, int) else f"{float(value):,.1f}".removesuffix(".0")
    return f"{text}{unit if unit in ('', '%') else ' ' + unit}"


def _short(label: str, longest: int) -> str:
    return label if len(label) <= longest else label[: longest - 1] + "…"


def _scale(values: Sequence[Number | None]) -> float:
    return max([float(v) for v in values if v is not None and v > 0], default=0.0) or 1.0


def _table(title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> Markup:
    cell = Markup
    head = Markup("").join(
        cell('<th scope="col" class="govuk-table__header{}">{}</th>').format(
            "" if i == 0 else " govuk-table__header--numeric", h
        )
        for i, h in enumerate(heads)
    )
    body = Markup("").join(
        cell('<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{}</th>{}</tr>').format(
            name,
            Markup("").join(
                cell('<td class="govuk-table__cell govuk-table__cell--numeric">{}</td>').format(v) for v in values
            ),
        )
        for name, values in rows
    )
    return cell(
        '<div class="app-chart__table" role="region" aria-label="{}: figures" tabindex="0"><table class="govuk-table">'
        '<caption class="govuk-table__caption govuk-table__caption--s">{}: figures</caption>'
        '<thead class="govuk-table__head"><tr class="govuk-table__row">{}</tr></thead>'
        '<tbody class="govuk-table__body">{}</tbody></table></div>'
    ).format(title, title, head, body)


def _figure(title: str, svg: Markup, table: Markup) -> Markup:
    return Markup(
        '<figure class="app-chart"><figcaption class="govuk-heading-s app-chart__title">{}</figcaption>'
        '<div class="app-chart__pair">{}{}</div></figure>'
    ).format(title, svg, table)


def bar_chart(
    title: str,
    rows: Sequence[tuple[str, Number | None]],
    *,
    unit: str = "",
    name: str = "Group",
    target: Number | None = None,
    absent: str = "not known",
) -> Markup:
    """Horizontal bars with their values written at the end, and the table of the same figures.

    :param rows: label and value, in the order shown; None is drawn as ``absent``.
    :param unit: written after each number ("%" without a space).
    :param name: heading of the label column.
    :param target: draws a dashed line, named in words under the chart.
    """
    step, left, width = 34, 190, 380
    top = _scale([v for _, v in rows] + ([target] if target is not None else []))
    parts = []
    for i, (label, value) in enumerate(rows):
        y, w = i * step, float(value or 0) / top * width
        parts.append(
            Markup(
                '<text class="app-chart__label" x="{}" y="{}" text-anchor="end">{}</text>'
                '<rect class="app-chart__bar" x="{}" y="{}" width="{:.1f}" height="22"></rect>'
                '<text class="app-chart__value" x="{:.1f}" y="{}">{}</text>'
            ).format(
                left - 10, y + 21, _short(label, 21), left, y + 5, w, left + w + 6, y + 21, _show(value, unit, absent)
            )
        )
    height = max(len(rows), 1) * step
    if target is not None:
        x = left + float(target) / top * width
        height += 24
        parts.append(
            Markup(
                '<line class="app-chart__target" x1="{:.1f}" x2="{:.1f}" y1="0" y2="{}" stroke-dasharray="6 4"></line>'
                '<text class="app-chart__value" x="{:.1f}" y="{}" text-anchor="middle">target {}</text>'
            ).format(x, x, height - 22, min(x, 560), height - 5, _show(target, unit))
        )
    said = ", ".join(f"{label} {_show(value, unit, absent)}" for label, value in rows) or "no figures"
    svg = Markup('<svg class="app-chart__svg" viewBox="0 0 640 {}" role="img" aria-label="{}: {}">{}</svg>').format(
        height, title, said, Markup("").join(parts)
    )
    return _figure(
        title, svg, _table(title, (name, unit or "Number"), [(label, [_show(v, unit, absent)]) for label, v in rows])
    )


def _free(wanted: float, taken: Sequence[float], bottom: float) -> float:
    """The height nearest to the wanted one where the name of a line covers no other, within the chart."""
    near = (wanted + sign * LINE * n for n in range(2 * len(taken) + 2) for sign in (1, -1))
    fits = (y for y in near if TOP <= y <= bottom + 5 and all(abs(y - other) >= LINE for other in taken))
    # Each name takes at most two of the places above, so that one of them is free whatever the figures.
    return next(fits)


def line_chart(
    title: str,
    points: Sequence[str],
    series: Mapping[str, Sequence[Number | None]],
    *,
    unit: str = "",
    name: str = "Week",
) -> Markup:
    """Lines over time: each series has its own dash and mark and is named at its end; the table follows.

    :param points: labels along the bottom, oldest first.
    :param series: name → one value per point; None leaves a gap. At most four series (ValueError).
    """
    if len(series) > len(DASHES):
        raise ValueError("a line chart shows at most four series; use a table for more")
    left, right, top_y, height = 50, 470, 16, 220
    top = _scale([v for values in series.values() for v in values])
    step = (right - left) / max(len(points) - 1, 1)
    parts = [
        Markup('<line class="app-chart__axis" x1="{0}" x2="{0}" y1="{1}" y2="{2}"></line>').format(left, top_y, height),
        Markup('<line class="app-chart__axis" x1="{}" x2="{}" y1="{}" y2="{}"></line>').format(
            left, right, height, height
        ),
        Markup('<text class="app-chart__value" x="{}" y="{}" text-anchor="end">{}</text>').format(
            left - 6, top_y + 6, _show(int(top) if top == int(top) else top, unit)
        ),
        Markup('<text class="app-chart__value" x="{}" y="{}" text-anchor="end">0</text>').format(left - 6, height + 5),
    ]
    every = max(1, -(-len(points) // 6))
    for i, label in enumerate(points):
        if i % every == 0:
            parts.append(
                Markup('<text class="app-chart__value" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                    left + i * step, height + 22, label
                )
            )
    taken: list[float] = []
    for n, (label, values) in enumerate(series.items()):
        at = [
            (left + i * step, height - float(v) / top * (height - top_y)) for i, v in enumerate(values) if v is not None
        ]
        if not at:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        dash = Markup(' stroke-dasharray="{}"').format(DASHES[n]) if DASHES[n] else Markup("")
        parts.append(
            Markup(
                '<polyline class="app-chart__line app-chart__line--{}" points="{}" fill="none"{}></polyline>'
            ).format(n + 1, path, dash)
        )
        parts += [
            Markup('<text class="app-chart__mark" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
                x, y + 5, MARKS[n]
            )
            for x, y in at
        ]
        y = _free(at[-1][1] + 5, taken, height)
        taken.append(y)
        parts.append(
            Markup('<text class="app-chart__label" x="{}" y="{:.1f}">{} {}</text>').format(
                right + 12, y, MARKS[n], _short(label, 16)
            )
        )
    svg = Markup('<svg class="app-chart__svg" viewBox="0 0 640 {}" role="img" aria-label="{}: {}">{}</svg>').format(
        height + 32,
        title,
        f"{', '.join(series)} over {len(points)} points; figures in the table",
        Markup("").join(parts),
    )
    rows = [(label, [_show(values[i], unit) for values in series.values()]) for i, label in enumerate(points)]
    return _figure(title, svg, _table(title, (name, *series), rows))
