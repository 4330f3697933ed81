# The page of scorings.

runs-title = Scoring
runs-lead = Scores all villages by the standard in force and the records stored so far. The outcome is in force at once, and public only once it is released. After each change of the records what depends on it is scored again by itself; there is mostly no need to do it here.
runs-going-on = In progress: { $step }
runs-progress = Progress of the scoring
runs-units-of = { $done } of { $total } villages
runs-rate = { $rate } a second
runs-may-leave = You can leave this page; scoring goes on. When you stop it, what is done is kept, and scoring goes on from there the next time unless records have changed. The results in force stay as they are.
runs-call-off = Stop
runs-failed = The last scoring came to nothing:
runs-half = The scoring of { $periods } was not finished; it has { $results } results. Unless records or the standard change, scoring the same periods goes on from there.
runs-periods = Periods
runs-periods-help = A year such as 2020, months such as 2020-01..2020-06; several by commas
runs-bad-periods = These periods cannot be read. Write a year, such as 2020, or months, such as 2020-01..2020-06.
runs-begin = Score
runs-made = Scorings made
runs-none = Nothing has been scored yet.
runs-state = State
runs-in-force = in force
runs-released = public
runs-results = Results
runs-replaced = { $count } replaced
runs-by = By
