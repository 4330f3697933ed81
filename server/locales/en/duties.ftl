# The desk.

area-duties = To do
duties-title = To do
duties-calendar = Calendar
duties-count-overdue = { $count } overdue
duties-count-due = { $count } due
duties-count-questions = { $count ->
    [one] { $count } conflict to settle
   *[other] { $count } conflicts to settle
}
duties-questions-why = What was handed in differs from what is stored, and waits for your decision:
duties-count-drafts = { $count ->
    [one] { $count } upload left half done
   *[other] { $count } uploads left half done
}
duties-drafts = Uploads left half done
duties-month = At once for
duties-state = In one click
duties-open = To be handed in
duties-nothing = Nothing is due; everything has been handed in.
duties-kind = Records
duties-period = Period
duties-by = By
duties-missing = Missing
duties-where = Where
duties-overdue = Overdue
duties-due = Due
duties-coming = Not yet
duties-reminded = reminded on { $day }
duties-more = and { $count } more
duties-unchecked = Cannot be checked for want of it
duties-unchecked-why = These rules wait until the data is complete. Where nothing happened, hand in a nil return.
duties-rule = Rule
duties-waits-for = Waits for
duties-units = Communities
duties-next = Next
duties-late = Came late
duties-late-count = { $count ->
    [one] { $count } return came after it was due
   *[other] { $count } returns came after they were due
  }
duties-days = Days
duties-came = Received
duties-burden = What is asked
duties-burden-figure = The standard asks each community for { $kinds } kinds of records with { $fields } fields, in { $returns } returns a year.
duties-burden-filled = What was really filled in, village by village
duties-twice = { $count } fields may be asked for twice
duties-twice-why = They have the same name, type and unit of measure under several kinds. Where they are the same fact, ask for it once.
duties-field = Field
duties-and = , { "" }

burden-title = What was filled in
burden-asked = Fields asked
burden-reused = Reused
burden-typed = Typed
burden-blank = Left blank
burden-records = Records
burden-share = { $percent }% of what was filled in nobody had to type.
burden-why = Reused: it came with a table that a department has anyway, or from another system. Typed: somebody entered or corrected it on a page, field by field. Only records that count, of this period.
burden-none = There are no records of this period yet.
burden-more = { $count ->
    [one] { $count } more village is not listed
   *[other] { $count } more villages are not listed
}
burden-line = line { $line }
