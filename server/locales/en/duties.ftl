# The desk.

area-duties = To do
duties-title = To do
duties-calendar = Calendar
duties-count-overdue = { $count } overdue
duties-count-due = { $count } due
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
duties-twice = { $count } fields may be asked for twice
duties-twice-why = They have the same name, type and unit of measure under several kinds. Where they are the same fact, ask for it once.
duties-field = Field
duties-and = , { "" }
