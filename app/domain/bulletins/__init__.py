"""The bulletin check: which formula an official rate was computed by, and whether its own numbers close.

`reading` turns a CSV file into rows (`rows`, `printed`), `verdicts` compares a rate with what was printed,
`balance` tests the statistical identity, `hints` and `misprints` say what may be wrong, `check` joins them
into one judgement a row. Every formula comes from `app.domain.rates`; there is no second one here.
"""
