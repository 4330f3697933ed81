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

# Making runs public.
releases-title = Release
releases-lead = A run is for staff until it is released; the public sees the released run with the highest number. Releasing and taking back need a reason and are noted in the log.
release-number = Run { $run }
release-seen = The public sees: { $periods }
release-superseded = released, superseded by a newer run
release-ask = See and release
release-take-back-ask = See and take back
release-run = run { $run } (as of { $day })
release-turn = The public sees { $now } now and { $then } then: { $effect }.
release-first = { $count ->
    [one] Nothing has been released for this period. The public will see the results of one village.
   *[other] Nothing has been released for this period. The public will see the results of { $count } villages.
}
release-nothing-left = The public will see no results for this period any more.
release-newer-stays = The public goes on seeing { $run }; nothing changes for this period.
release-lists = Lists that change
release-list = List
release-gained = enter
release-lost = leave
release-entries-then = entries then
release-reason = Why it is released
release-reason-take-back = Why it is taken back
release-button = Release
release-take-back = Take back
release-decisions = What was decided
release-was-released = released by { $by } { $at }: { $why }
release-was-taken-back = taken back by { $by } { $at }: { $why }
release-no-reason = There is no reason. Say why it is released or taken back, and send it once more.
release-changed = What the public sees has changed since you looked, so nothing was done. This is how it stands now; look once more and send it again.
