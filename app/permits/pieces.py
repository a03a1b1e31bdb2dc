"""Where the files of permit imports are kept."""

from app.db.pieces import Pieces
from app.permits.models import PermitImportPiece

PIECES = Pieces(PermitImportPiece)
