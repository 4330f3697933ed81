# The upload page and the page of a draft.

upload-title = Hand in
upload-kinds = Asked for { $month }
upload-no-kinds = Nothing is asked about this month. If your office should hand in something that is not here, ask an administrator to change the scope of the account.
upload-due = due
upload-missing = { $missing } of { $units } missing
upload-by = due { $day }
upload-reported = handed in
upload-nil = nothing to report
upload-any-time = at any time
upload-template = Template
upload-say-nil = Nothing to report
upload-say-complete = All handed in
upload-all-templates = One template for all
upload-all-nil = Nothing to report in any
upload-all-complete = All of them handed in
upload-drop = Your tables
upload-choose = Drop tables here, or click to choose
upload-forms = xlsx, xls, csv, one or several, or a zip of them; save et files of WPS as xlsx first
upload-check = Check
upload-busy = Sending…
upload-any-table = Hand in the tables that you have; no template is needed. They are checked first, and stored when you have looked.
upload-drafts = Handed in lately
upload-batch = stored as batch { $batch }
upload-nothing-new = nothing was new
upload-left-with = Not stored: { $good } rows can be, { $faulty } are faulty
upload-left-faulty = { $count ->
    [one] { $count } faulty row to be mended
   *[other] { $count } faulty rows to be mended
}
upload-said = Noted: { $what } (batch { $batch })
upload-unsay = That was wrong: undo
upload-said-wrongly = clicked by mistake
upload-left = not stored yet

draft-title = Check and store
draft-correction = Download it with the faults in red
draft-correction-rewritten = Download its visible sheets as xlsx, with the faults in red
draft-correction-rows = Download the table marked in red (its header and faulty rows where the whole is too much)
draft-working = In progress: { $step }
draft-rows-of = { $done } of { $total } rows
draft-rows-done = { $done } rows
draft-rate = { $rate } rows a second
draft-remaining = about { $seconds } seconds left
draft-may-leave = You can leave this page and come back to it from “Hand in”.
draft-call-off = Call off
draft-step-tables = ① What it is
draft-recognised = recognised as “{ $title }”
draft-certainty = { $percent }% certain
draft-header-row = header in row { $row }
draft-ignored = { $count ->
    [one] { $count } row of totals or notes left out
   *[other] { $count } rows of totals or notes left out
}
draft-theirs = Your column
draft-ours = taken for
draft-not-used = not used
draft-kind = Kind
draft-header = Last row of the header
draft-complete = It holds
draft-part = some records
draft-whole = all there are
draft-use = This table is
draft-read = read
draft-leave-out = left out
draft-name-rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
draft-name-is = is
draft-choose = please choose
draft-name-code = or its code
draft-again = Check again
draft-step-check = ② What would happen
draft-new = New
draft-updated = Updated
draft-same = Known
draft-faulty = Faulty
draft-conflicting = { $count } of them contradict stored records and become questions when the rest is stored.
draft-others-fine = only the faulty rows are shown; the others are not touched by them
draft-more-rows = { $count ->
    [one] { $count } more faulty row; mend it in the file with the faults in red
   *[other] { $count } more faulty rows; mend them in the file with the faults in red
}
draft-mend = Mend these cells and check again
draft-remarks = { $count ->
    [one] { $count } remark
   *[other] { $count } remarks
}
draft-effect = Once stored: { $told }
draft-effect-taking-back = With these taken back as well: { $told }
draft-missing = { $count ->
    [one] { $count } stored record is not in the complete table (of the years that it is about)
   *[other] { $count } stored records are not in the complete table (of the years that it is about)
}
draft-withdraw = { $count ->
    [one] Withdraw this { $count } record too (it comes back when the batch is taken back)
   *[other] Withdraw these { $count } records too (they come back when the batch is taken back)
}
draft-step-store = ③ Store
draft-store = Store { $rows } rows
draft-store-good = Store { $rows } rows ({ $faulty } to be mended)
draft-nothing = There is nothing new to store.
draft-discard = Throw this draft away
draft-stored = { $rows } rows stored as batch { $batch }
draft-taken-back = { $count ->
    [one] { $count } record that the complete table no longer holds was taken back with it; it comes back with the batch.
   *[other] { $count } records that the complete table no longer holds were taken back with it; they come back with the batch.
}
draft-asked = { $count ->
    [one] { $count } row contradicts a stored record: settle it
   *[other] { $count } rows contradict stored records: settle them
}
draft-left = { $faulty } faulty rows were not stored; mend them and hand them in again.
draft-still-due = Is that all of it? Then say that it is complete
draft-undone = This batch was taken back.
draft-why = Why
draft-undo = Take back the whole batch
draft-undo-look = See what that would change
draft-nothing-new = All of it was known already.
draft-next = Hand in more
