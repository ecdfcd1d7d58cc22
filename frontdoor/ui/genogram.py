"""A family tree drawn on the server as SVG, by the usual signs of genograms. The table beside it says the same.

Square: male; circle: female; diamond: sex not known; triangle: not yet born; a cross: has died; double outline: whose
record it is; dashed outline: the household. Nothing in the picture takes the focus: names are linked in the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from markupsafe import Markup

CELL, SIZE, ROW, TOP, LETTERS = 144, 44, 176, 46, 14
Point = tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """One person in the tree. ``order`` sorts brothers and sisters: the oldest first, the unborn last."""

    key: int
    name: str
    note: str = ""
    shape: Literal["male", "female", "unknown", "unborn"] = "unknown"
    has_died: bool = False
    is_home: bool = False
    is_self: bool = False
    order: str = ""


@dataclass
class _Layout:
    x: dict[int, float] = field(default_factory=dict)
    rows: list[list[int]] = field(default_factory=list)
    row_of: dict[int, int] = field(default_factory=dict)

    def y(self, key: int) -> float:
        return TOP + self.row_of[key] * ROW + SIZE / 2


def draw(
    title: str,
    description: str,
    figures: Sequence[Figure],
    generation: Mapping[int, int],
    parents: Mapping[tuple[int, int], str],
    pairs: Mapping[tuple[int, int], bool],
    siblings: Iterable[tuple[int, int]] = (),
) -> Markup:
    """The tree as one picture.

    :param generation: row of each figure, the smallest at the top; figures without one are left out.
    :param parents: (parent, child) to "birth", "adopted", "care" or "grand".
    :param pairs: (one, other) to whether the partnership is over.
    :param siblings: brothers and sisters without a parent in common in the picture.
    """
    people = {figure.key: figure for figure in figures if figure.key in generation}
    links = {pair: how for pair, how in parents.items() if pair[0] in people and pair[1] in people}
    couples = {pair: over for pair, over in pairs.items() if pair[0] in people and pair[1] in people}
    beside = [pair for pair in siblings if pair[0] in people and pair[1] in people]
    layout = _laid_out(people, generation, links, couples)
    parts = [
        _household(people, layout),
        *_family_lines(links, couples, layout),
        *_sibling_lines(beside, layout),
        *(_figure(people[key], layout.x[key], layout.y(key)) for row in layout.rows for key in row),
    ]
    width = max(layout.x.values(), default=0) + CELL / 2 + 10
    height = TOP + len(layout.rows) * ROW - 50
    return Markup(
        '<svg class="app-genogram__svg" viewBox="0 0 {0:.0f} {1}" width="{0:.0f}" height="{1}" role="img" '
        'aria-labelledby="genogram-title genogram-text" focusable="false"><title id="genogram-title">{2}</title>'
        '<desc id="genogram-text">{3}</desc>{4}</svg>'
    ).format(width, height, title, description, Markup("").join(parts))


# -- where everybody stands ----------------------------------------------------


def _unions(links: Mapping[tuple[int, int], str]) -> dict[int, tuple[int, ...]]:
    """The parents of each child, those of birth and adoption; carers and grandparents when there are no others."""
    found: dict[int, list[int]] = {}
    for (parent, child), how in links.items():
        if how in ("birth", "adopted"):
            found.setdefault(child, []).append(parent)
    for parent, child in links:
        if child not in found:
            found[child] = [parent]
    return {child: tuple(sorted(over)) for child, over in found.items()}


def _laid_out(
    people: Mapping[int, Figure],
    generation: Mapping[int, int],
    links: Mapping[tuple[int, int], str],
    couples: Mapping[tuple[int, int], bool],
) -> _Layout:
    layout = _Layout()
    over = _unions(links)
    together: dict[int, list[int]] = {}
    for one, other in [*couples, *((p, q) for up in over.values() for p in up for q in up if p < q)]:
        if generation[one] == generation[other] and other not in together.get(one, []):
            together.setdefault(one, []).append(other)
            together.setdefault(other, []).append(one)
    for number, level in enumerate(sorted({generation[key] for key in people})):
        row = [key for key in people if generation[key] == level]
        middle = {
            key: sum(layout.x[p] for p in up) / len(up)
            for key in row
            if (up := [p for p in over.get(key, ()) if p in layout.x])
        }
        # Somebody whose parents are not in the picture stands beside a partner who has some.
        for key in row:
            if key not in middle:
                near = [middle[p] for p in together.get(key, []) if p in middle and over.get(p)]
                middle[key] = near[0] if near else float("inf")
        row.sort(key=lambda k: (middle[k], people[k].order, k))
        row = _partners_together(row, together, people)
        layout.rows.append(row)
        for place, key in enumerate(row):
            layout.row_of[key] = number
            layout.x[key] = CELL / 2 + 10 + place * CELL
    for _ in range(8):
        _settle(layout, over)
    left = min(layout.x.values(), default=0) - CELL / 2 - 10
    for key in layout.x:
        layout.x[key] -= left
    return layout


def _partners_together(row: list[int], together: Mapping[int, list[int]], people: Mapping[int, Figure]) -> list[int]:
    placed: list[int] = []

    def place(key: int) -> None:
        if key in placed:
            return
        new = [p for p in together.get(key, []) if p in row and p not in placed]
        if len(new) >= 2:
            placed.extend([new[0], key])
            new = new[1:]
        elif new and people[new[0]].shape == "male" and people[key].shape != "male":
            placed.extend([new[0], key])
            new = []
        else:
            placed.append(key)
        for partner in new:
            place(partner)

    for key in row:
        place(key)
    return list(dict.fromkeys(placed))


def _settle(layout: _Layout, over: Mapping[int, tuple[int, ...]]) -> None:
    """Move children under their parents and parents over their children, keeping the order and the distance."""
    under: dict[tuple[int, ...], list[int]] = {}
    for child, up in over.items():
        under.setdefault(up, []).append(child)
    for downward in (False, True):
        wanted: dict[int, list[float]] = {}
        for up, children in under.items():
            middle_up = sum(layout.x[p] for p in up) / len(up) + (CELL / 2 if len(up) == 1 else 0)
            middle_down = sum(layout.x[c] for c in children) / len(children)
            for key in children if downward else up:
                shift = middle_up - middle_down
                wanted.setdefault(key, []).append(layout.x[key] + (shift if downward else -shift))
        for row in layout.rows:
            aims = {key: sum(wanted[key]) / len(wanted[key]) for key in row if key in wanted}
            if not aims:
                continue
            before = float("-inf")
            for key in row:
                before = layout.x[key] = max(aims.get(key, layout.x[key]), before + CELL)
            skew = sum(aims[key] - layout.x[key] for key in aims) / len(aims)
            for key in row:
                layout.x[key] += skew


# -- lines ------------------------------------------------------------------------


def _path(points: Sequence[Point], how: str) -> Markup:
    moves = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(points))
    return Markup('<path class="app-genogram__line app-genogram__line--{}" d="{}"></path>').format(how, moves)


def _are_neighbours(one: int, other: int, layout: _Layout) -> bool:
    row = layout.rows[layout.row_of[one]]
    return layout.row_of[one] == layout.row_of[other] and abs(row.index(one) - row.index(other)) == 1


def _couple(one: int, other: int, is_over: bool, layout: _Layout, lane: int) -> tuple[list[Markup], Point]:
    """The line between two parents or partners, and the point from which their children hang."""
    left, right = sorted((one, other), key=lambda k: layout.x[k])
    y, half = layout.y(left), SIZE / 2
    if _are_neighbours(one, other, layout):
        drawn = [_path([(layout.x[left] + half, y), (layout.x[right] - half, y)], "pair")]
        hang = ((layout.x[left] + layout.x[right]) / 2, y)
        cut = hang[0] - 12
    else:
        above = y - half - 8 - 5 * (lane % 4)
        right_y = layout.y(right)
        # Beside the middle of the gap, where the children of two neighbours hang.
        hang = (layout.x[right] - CELL / 2 + 12 + 6 * (lane % 3), right_y)
        drawn = [
            _path(
                [
                    (layout.x[left], y - half),
                    (layout.x[left], above),
                    (layout.x[right], above),
                    (layout.x[right], right_y - half),
                ],
                "pair",
            ),
            _path([(hang[0], above), hang], "pair"),
        ]
        cut, y = (layout.x[left] + layout.x[right]) / 2, above
    if is_over:
        drawn += [_path([(cut + d - 4, y + 8), (cut + d + 4, y - 8)], "pair") for d in (-4, 4)]
    return drawn, hang


def _family_lines(
    links: Mapping[tuple[int, int], str], couples: Mapping[tuple[int, int], bool], layout: _Layout
) -> list[Markup]:
    drawn: list[Markup] = []
    left = dict(couples)
    groups: dict[tuple[tuple[int, ...], str], list[int]] = {}
    for child, up in _born_to(links).items():
        groups.setdefault((up, "birth"), []).append(child)
    for (parent, child), how in links.items():
        if how in ("care", "grand"):
            groups.setdefault(((parent,), how), []).append(child)
    for lane, ((up, how), children) in enumerate(groups.items()):
        level = {layout.row_of[p] for p in up}
        if len(up) == 2 and len(level) == 1:
            lines, hang = _couple(up[0], up[1], bool(left.pop((up[0], up[1]), False)), layout, lane)
            drawn += lines
            drawn += _children(hang, children, how, links, up, layout, lane)
            continue
        for parent in up:  # one parent, or more than two: each with their own line
            y = layout.y(parent)
            hang = (layout.x[parent] + CELL / 2, y)
            drawn.append(_path([(layout.x[parent] + SIZE / 2, y), hang], how))
            drawn += _children(hang, children, how, links, (parent,), layout, lane)
    for lane, ((one, other), is_over) in enumerate(left.items()):
        drawn += _couple(one, other, is_over, layout, lane)[0]
    return drawn


def _born_to(links: Mapping[tuple[int, int], str]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {}
    for (parent, child), how in links.items():
        if how in ("birth", "adopted"):
            found.setdefault(child, []).append(parent)
    return {child: tuple(sorted(up)) for child, up in found.items()}


def _children(
    hang: Point,
    children: Sequence[int],
    how: str,
    links: Mapping[tuple[int, int], str],
    up: Sequence[int],
    layout: _Layout,
    lane: int,
) -> list[Markup]:
    """From the point where they hang down to a bar above the children, and from it to each of them."""
    drawn: list[Markup] = []
    by_row: dict[int, list[int]] = {}
    for child in children:
        by_row.setdefault(layout.row_of[child], []).append(child)
    for row in by_row.values():
        top = layout.y(row[0]) - SIZE / 2
        bar = top - 14 - 6 * (lane % 4)
        xs = sorted([hang[0], *(layout.x[child] for child in row)])
        drawn.append(_path([hang, (hang[0], bar)], how))
        if xs[0] != xs[-1]:
            drawn.append(_path([(xs[0], bar), (xs[-1], bar)], how))
        for child in row:
            kind = "adopted" if any(links.get((p, child)) == "adopted" for p in up) else how
            drawn.append(_path([(layout.x[child], bar), (layout.x[child], top)], kind))
    return drawn


def _sibling_lines(pairs: Sequence[tuple[int, int]], layout: _Layout) -> list[Markup]:
    drawn = []
    for lane, (one, other) in enumerate(pairs):
        top = layout.y(one) - SIZE / 2
        bar = top - 10 - 4 * (lane % 3)
        a, b = layout.x[one], layout.x[other]
        drawn.append(_path([(a, top), (a, bar), (b, bar), (b, layout.y(other) - SIZE / 2)], "grand"))
    return drawn


# -- people -------------------------------------------------------------------------


def _outline(shape: str, x: float, y: float, half: float) -> Markup:
    kind = Markup('class="app-genogram__shape"')
    if shape == "female":
        return Markup('<circle {} cx="{:.1f}" cy="{:.1f}" r="{}"></circle>').format(kind, x, y, half)
    if shape == "male":
        return Markup('<rect {} x="{:.1f}" y="{:.1f}" width="{}" height="{}"></rect>').format(
            kind, x - half, y - half, 2 * half, 2 * half
        )
    corners = (
        [(x, y - half), (x + half, y + half), (x - half, y + half)]
        if shape == "unborn"
        else [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    )
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
    return Markup('<polygon {} points="{}"></polygon>').format(kind, points)


def _figure(figure: Figure, x: float, y: float) -> Markup:
    half = SIZE / 2
    parts = [_outline(figure.shape, x, y, half)]
    if figure.is_self:
        inner = half - 6 if figure.shape != "unborn" else half - 10
        parts.append(_outline(figure.shape, x, y + (4 if figure.shape == "unborn" else 0), inner))
    if figure.has_died:
        parts += [
            _path([(x - half, y - half), (x + half, y + half)], "died"),
            _path([(x - half, y + half), (x + half, y - half)], "died"),
        ]
    lines = [*_wrapped(figure.name, 2), *_wrapped(figure.note, 2)]
    names = len(_wrapped(figure.name, 2))
    for number, text in enumerate(lines):
        parts.append(
            Markup('<text class="app-genogram__{}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
                "name" if number < names else "note", x, y + half + 17 + 16 * number, text
            )
        )
    return Markup("<g>{}</g>").format(Markup("").join(parts))


def _wrapped(text: str, most: int) -> list[str]:
    """A text in so many lines at most, cut with an ellipsis when it is longer."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    lines = [line if len(line) <= LETTERS else f"{line[: LETTERS - 1]}…" for line in lines]
    if len(lines) > most:
        kept = lines[most - 1]
        lines = [*lines[: most - 1], f"{kept[: LETTERS - 1]}…"]
    return lines


def _household(people: Mapping[int, Figure], layout: _Layout) -> Markup:
    """A dashed outline around those who live together: one when they stand together, else one for each group."""
    runs: list[tuple[int, float, float]] = []
    for number, row in enumerate(layout.rows):
        run: list[float] = []
        for key in [*row, None]:
            if key is not None and people[key].is_home:
                run.append(layout.x[key])
            elif run:
                runs.append((number, run[0] - CELL / 2 + 4, run[-1] + CELL / 2 - 4))
                run = []
    levels = [number for number, _, _ in runs]
    if sum(figure.is_home for figure in people.values()) < 2:
        return Markup("")

    def top(number: int) -> float:
        return TOP + number * ROW - 9

    def bottom(number: int) -> float:
        return TOP + number * ROW + SIZE + 74

    touching = all(low[1] < high[2] and high[1] < low[2] for high, low in pairwise(runs))
    if levels == list(range(levels[0], levels[0] + len(levels))) and touching:
        right = [(runs[0][1], top(levels[0])), (runs[0][2], top(levels[0]))]
        for (number, _, end), (_, _, following) in pairwise(runs):
            edge = (bottom(number) + top(number + 1)) / 2
            right += [(end, edge), (following, edge)]
        right += [(runs[-1][2], bottom(levels[-1])), (runs[-1][1], bottom(levels[-1]))]
        for (number, start, _), (_, earlier, _) in zip(runs[:0:-1], runs[-2::-1], strict=False):
            edge = (bottom(number - 1) + top(number)) / 2
            right += [(start, edge), (earlier, edge)]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in right)
        return Markup('<polygon class="app-genogram__home" points="{}"></polygon>').format(points)
    return Markup("").join(
        Markup(
            '<rect class="app-genogram__home" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="8"></rect>'
        ).format(start, top(number), end - start, bottom(number) - top(number))
        for number, start, end in runs
    )
