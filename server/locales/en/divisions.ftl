# The pages of changes of divisions.

divisions-title = Changes of divisions
divisions-lead = Communities and towns that are merged, split or given another code: from that day on the records of the old unit count for its successor, and keep their code. Earlier results stay as they are.
divisions-hand-in = Hand in a table of changes
divisions-choose = Drop the table here, or choose it
divisions-columns = xlsx, xls or csv with the columns 变更种类, 生效日期, 原区划代码, 原名称, 现区划代码, 现名称
divisions-known = Changes on record
divisions-none = No change of divisions is on record yet.
divisions-from = From
divisions-old = Was
divisions-new = Is
divisions-batches = Handed in
divisions-faults = { $count ->
    [one] { $count } thing to correct; nothing was stored
   *[other] { $count } things to correct; nothing was stored
}
divisions-again = Hand it in again, corrected
divisions-follows = { $count ->
    [one] What follows from { $count } change
   *[other] What follows from { $count } changes
}
divisions-dry-run = This is a check; nothing is stored yet.
divisions-what = Change
divisions-merged = merged
divisions-split = split
divisions-recoded = recoded
divisions-from-day = from { $day }
divisions-takes-along = Goes along
divisions-heir = (earlier records count for it)
divisions-stays = keeps its code
divisions-records = { $count ->
    [one] { $count } record
   *[other] { $count } records
}
divisions-below = { $count ->
    [one] { $count } unit below it
   *[other] { $count } units below it
}
divisions-reason = On what it rests (such as the number of the approval)
divisions-store = { $count ->
    [one] Put { $count } change on record
   *[other] Put { $count } changes on record
}
divisions-not-now = Not now
divisions-stored = On record as batch { $batch }. Scores follow at once.
divisions-found = This is a table of changes of divisions and is not stored as a ledger.
divisions-go = Go on under “Changes of divisions”
divisions-not-yours = Changes of divisions are handed in by accounts that answer for the whole city; please pass it on.
