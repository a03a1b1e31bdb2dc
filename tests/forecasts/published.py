"""Published monthly series, as printed: what forecasts prove themselves on beside the demo.

No monthly series of solid waste of a region is published; the bulletins at hand are yearly. These two are the field's own
test cases, both with a season of twelve.
"""

from statsmodels.datasets import elnino

from app.domain.forecasting import Series
from app.domain.periods import Month

# International airline passengers, thousands, January 1949 … December 1960.
# Source: Box & Jenkins, Time Series Analysis: Forecasting and Control, 1976, Series G.
_PASSENGERS = """
112 118 132 129 121 135 148 148 136 119 104 118  115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166  171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201  204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278  284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336  340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405  417 391 419 461 472 535 622 606 508 461 390 432
"""


def _series(printed: str) -> Series:
    # The calendar of the figures does not matter to a method; months here begin in 1990.
    return Series(Month(1990, 1), tuple(round(float(each) * 1000) for each in printed.split()))


PASSENGERS = _series(_PASSENGERS)
"""As printed; the yearly sums are held by a test."""


def sea_surface(first: int, years: int) -> Series:
    """Sea surface temperature of the region Niño 1+2, hundredths of a degree, month by month.

    Source: National Oceanic and Atmospheric Administration, as statsmodels ships it (datasets.elnino).
    """
    table = elnino.load().data
    rows = table[(table["YEAR"] >= first) & (table["YEAR"] < first + years)].to_numpy()[:, 1:]
    return Series(Month(first, 1), tuple(round(float(each) * 100) for each in rows.ravel()))


SEA = sea_surface(1990, 4)
