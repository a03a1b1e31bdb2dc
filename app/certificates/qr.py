"""The QR code that leads to a certificate's public page, as one SVG path."""

from itertools import groupby

_BORDER = 2
"""Modules of quiet around it; the page or paper adds its own."""


def qr_path(address: str) -> tuple[int, str]:
    """Give the side of the square in modules and the path of the dark ones."""
    import segno  # noqa: PLC0415 - only who looks at a certificate needs it

    rows = list(segno.make(address, error="m", micro=False).matrix_iter(border=_BORDER))
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for is_dark, modules in groupby(row):
            width = len(list(modules))
            if is_dark:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return len(rows), "".join(runs)


def qr_svg(address: str) -> str:
    """The code as a drawing of its own."""
    side, path = qr_path(address)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * 4}" height="{side * 4}">'
        f'<path d="{path}" fill="#000"/></svg>'
    )


def public_address(base: str, code: str) -> str:
    """Where anybody can check a certificate."""
    return f"{base.rstrip('/')}/c/{code}"
