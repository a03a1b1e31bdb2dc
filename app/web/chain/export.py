"""The flows of the page as files: a drawing that stands by itself, and a table for a spreadsheet."""

import csv
import io

from app.chain_runs.schemas import FlowGraphOut
from app.http.spreadsheet import safe_cell
from app.web.chain.labels import Labels
from app.web.languages import Language

_HEAD = ("source", "source_name", "target", "target_name", "kind", "tonnes", "loop")


def csv_text(graph: FlowGraphOut, labels: Labels, language: Language) -> str:
    """Write every flow of the graph, none folded, with the names of its ends."""
    names = {node.id: labels.node(node, language) for node in graph.nodes}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEAD)
    for link in graph.links:
        ends = (link.source, names[link.source], link.target, names[link.target])
        cells = (*ends, link.kind, link.tonnes, "1" if link.loop else "0")
        writer.writerow([safe_cell(cell) for cell in cells])
    return file.getvalue()


def svg_file(drawing: str) -> str:
    """Make a file of the drawing of the page."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawing}\n'
