# The page of a village.

village-notice = Open to objection until { $until }
village-withheld = Not yet checked
village-missing = { $count ->
    [one] 1 report is missing
   *[other] { $count } reports are missing
}
village-six-met = All six conditions are met
village-six-broken = { $count ->
    [one] 1 of the six conditions is not met
   *[other] { $count } of the six conditions are not met
}
village-six-awaited = { $count ->
    [one] 1 of the six conditions could not be checked yet; there is no rating until it is
   *[other] { $count } of the six conditions could not be checked yet; there is no rating until they are
}
village-six-broken-awaited = Of the six conditions, not met: { $broken }; not yet checked: { $awaited }
village-veto = Vetoed: { $clause }
village-veto-clause = { $clause } ({ $reason })
village-veto-restricted = the clause is not public
village-no-part = Takes no part in this period
village-listed = On the negative list
village-change-same = The score is the same as last year
village-change-up = { $points } points more than last year
village-change-down = { $points } points fewer than last year
village-standing = Where it stands in its town
village-standing-first = In the first third of the { $villages } villages of its town
village-standing-middle = In the middle third of the { $villages } villages of its town
village-standing-last = In the last third of the { $villages } villages of its town

village-do-first = Do these first
village-mend-count = { $count ->
    [one] 1 item to put right
   *[other] { $count } items to put right
}
village-gain = doing all of them gives back at most { $points } points and makes { $reach }
village-gain-next = doing all of them gives back at most { $points } points and makes { $reach } ({ $rating } begins at { $from })
village-nothing-to-mend = Nothing needs to be put right.
village-mend-rest = { $count ->
    [one] 1 more
   *[other] { $count } more
}
village-mend = Put it right
village-mend-one = { $title }: { $reason }
village-mend-some = { $title } ({ $count } cases)
village-mend-named = { $title }: { $rule }

village-six = The six conditions
village-foundation = Groundwork
village-bar-restricted = points are not public
village-years = Scores over the years
village-awaited = Not yet checked
village-nothing-awaited = All reports are in; nothing is left to check.
village-owed-by = owed by { $department }
village-since = missing since { $date }

village-receipt = Receipt
village-receipt-note = Scan the code to open this page, and compare the first 8 characters. Any change to the data, the standard or the result makes another receipt.
village-receipt-full = Show the whole receipt
village-square-code = Code that opens this page
village-bottom-bar = Shortcuts
village-to-mend = To put right
village-appeal = Ask for a review

card-reasons = { $reasons } and others, { $count } in all
card-not-met = { $title }: not met
card-clean = No fault found
card-deducted = { $count ->
    [one] 1 deduction; the condition still holds
   *[other] { $count } deductions; the condition still holds
}
card-reason = { $reason }; { $points } points off
card-count = Cases: { $count }; { $points } points off
card-state-only = Only whether it is met is public
detail-count = Cases: { $count }
detail-state = Only whether it is met is public; details are not.

ledger = How the score came about
ledger-what = Item
ledger-points = Points
ledger-sum = Left
ledger-base = Base
ledger-result = Score
ledger-withheld = Items whose details are not public
ledger-withheld-note = sum only
ledger-not-yet = Some data could not be checked yet; the items are shown once it is.
ledger-cap = limit of the clause
ledger-capped = limit reached
ledger-rule-cap = Limit of “{ $title }”
ledger-shared-cap = Shared limit of “{ $title }” and others
ledger-combined = Parts of “{ $title }” put together
ledger-criterion = Points of “{ $title }”
ledger-criterion-base = “{ $title }” starts from
ledger-criterion-floor = “{ $title }” cannot lose more
ledger-criterion-ceiling = “{ $title }” cannot gain more
ledger-floor = Not below the lowest score
ledger-ceiling = Not above the highest score
ledger-script = By the formula of the standard
ledger-rounding = Rounding

standing-mendable = can be put right
standing-in-review = waiting to be verified
standing-appealed = under review
standing-exempt = exempted

finding-reason = Why
finding-date = When
finding-clause = Clause
finding-department = Decided by
finding-evidence = Evidence
finding-evidence-more = { $count ->
    [one] 1 more record
   *[other] { $count } more records
}
finding-exempt = exempted by approval
finding-exempt-because = { $reason }
finding-exempt-by = { $reason } (approved by { $by })
finding-reply = The village says (not verified)
finding-appeal = Ask for a review of this item
finding-appeal-left = { $days ->
    [one] {" "}(1 day left)
   *[other] {" "}({ $days } days left)
}

# Changes of divisions
village-succeeds = Succeeds { $name } since { $day }; its earlier records count here.

# Late data
finding-known-since = handed in late, known since { $day }
finding-was-due = { " " }(due by { $day })
village-in-full = All grounds (internal)
village-as-published = The page as published
village-published-before = Published before (as of { $day }): { $score } points; data came in or was corrected since.
