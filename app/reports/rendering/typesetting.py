"""The program that sets one paper: an order as JSON on its input, the PDF on its output.

It runs by itself (`python -I`), knows nothing of the service, limits itself, and ends with its paper.
"""

import json
import sys
from pathlib import Path


def main() -> int:
    """Set the paper of the order. Ends with 1 when typst refuses it."""
    order = json.loads(sys.stdin.buffer.read())
    _limit(order["memory_bytes"], order["seconds"])
    # Here, after the limits: loading it is part of what is limited.
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[order["fonts"]])
    made = typst.compile(
        Path(order["template"]).read_bytes(),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(order["paper"])},
        timestamp=order["timestamp"],
    )
    sys.stdout.buffer.write(made)
    return 0


def _limit(memory_bytes: int, seconds: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    sys.exit(main())
