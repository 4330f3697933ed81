# The negative list.

negative-title = Negative list
negative-lead = Entry, rectification and removal follow the published standard; measures are proposed by the clock and decided by people. Villages stand in the order of their codes, not by rank.
negative-town = Town
negative-all-towns = All towns
negative-kind = Kind
negative-all-kinds = All kinds
negative-kind-village = Villages
negative-kind-matter = Matters
negative-filter = Filter
negative-villages = { $count ->
    [one] 1 village on the list
   *[other] { $count } villages on the list
}
negative-no-villages = No village is on the list.
negative-matters = { $count ->
    [one] 1 matter on the list
   *[other] { $count } matters on the list
}
negative-matter = { $kind }: { $name }
negative-no-matters = No matter is on the list.
negative-since = Listed on
negative-due = To be settled by
negative-measures = Measures

negative-steps = What happens to an entry
measure-within = within { $days } working days
measure-overdue = proposed after { $days } working days overdue

measure-proposed = proposed
measure-ordered = decided
measure-done = done
