"""What every figure of the overview stands on: formula, source, coverage, date, its address in the API."""

from urllib.parse import urlencode

from app.domain.rates import Metric
from app.web import numbers
from app.web.languages import Language
from app.web.overview.figures import Coverage, OverviewFigures, Scope
from app.web.texts import text
from app.web.view_models import Footing

RATES_PATH = "/v1/rates"
PARTS_PATH = "/figures"


def rates_url(scope: Scope, metric: str, group_by: str = "", output: str = "") -> str:
    """Address the figures of a scope in the API."""
    asked = {
        "metric": metric,
        "region": scope.region,
        "waste": scope.waste,
        "from": str(scope.first),
        "to": str(scope.last),
        "group_by": group_by,
        "format": output,
    }
    return f"{RATES_PATH}?{urlencode({key: value for key, value in asked.items() if value})}"


def parts_address(scope: Scope, figure: str, metric: str) -> str:
    """Address the page that takes a figure of a scope apart, site by site."""
    asked = {
        "figure": figure,
        "metric": metric,
        "region": scope.region,
        "waste": scope.waste,
        "from": str(scope.first),
        "to": str(scope.last),
    }
    return f"{PARTS_PATH}?{urlencode({key: value for key, value in asked.items() if value})}"


def heading(key: str, figures: OverviewFigures, language: Language, **values: str) -> str:
    """Head a chart of the page's rate with the rate's name."""
    metric = language.heading(figures.metric.name)
    return text("panel", language, metric=metric, name=text(key, language, **values))


class Footings:
    """Writes the footings of one page: the coverage and the date are those of its figures."""

    def __init__(self, figures: OverviewFigures, language: Language, timezone: str) -> None:
        self._figures = figures
        self._language = language
        self.as_of = text("footing.as_of", language, moment=numbers.moment(figures.as_of, timezone))

    def of_metric(
        self,
        metric: Metric,
        group_by: str = "",
        scope: Scope | None = None,
        coverage: Coverage | None = None,
    ) -> Footing:
        """Stand a rate on its formula; only the figure of the whole scope repeats source and reading."""
        say = self._language.of
        return self._footing(
            text("footing.formula", self._language, formula=say(metric.formula)),
            metric,
            group_by,
            scope or self._figures.scope,
            coverage or self._figures.coverage,
            source="" if group_by else text("footing.source", self._language, source=say(metric.source)),
            note=say(metric.note) if metric.note and not group_by else "",
        )

    def of_mass(
        self,
        formula_key: str,
        metric: Metric,
        group_by: str = "",
        scope: Scope | None = None,
        coverage: Coverage | None = None,
    ) -> Footing:
        """Stand a mass on its words; in the API it is the numerator or denominator of `metric`."""
        formula = text("footing.formula", self._language, formula=text(formula_key, self._language))
        covered = coverage or self._figures.coverage
        return self._footing(formula, metric, group_by, scope or self._figures.scope, covered)

    def _footing(
        self,
        formula: str,
        metric: Metric,
        group_by: str,
        scope: Scope,
        coverage: Coverage,
        *,
        source: str = "",
        note: str = "",
    ) -> Footing:
        # The public has no account to ask the API with: its figures stand in the tables of the page.
        shown = not self._figures.public
        return Footing(
            formula=formula,
            source=source,
            note=note,
            coverage=text(
                "footing.coverage",
                self._language,
                filed=numbers.count(coverage.ledgers_filed),
                expected=numbers.count(coverage.ledgers_expected),
            ),
            as_of=self.as_of,
            json_url=rates_url(scope, metric.id, group_by) if shown else "",
            csv_url=rates_url(scope, metric.id, group_by, "csv") if shown else "",
        )
