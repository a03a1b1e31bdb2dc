"""Where the files of imports are kept."""

from app.db.pieces import Pieces
from app.imports.models import ImportPiece

PIECES = Pieces(ImportPiece)
