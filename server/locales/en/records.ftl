# Records, batches, corrections, conflicts.

desk-batches = Batches
desk-records = Records
batch = Batch
batches-title = Batches
batches-lead = Who handed in what, and when. A batch can be taken back as a whole, after a look at what that changes; it stays on record.
batches-none = There is no batch yet. What is handed in or typed in is listed here.
batches-older = Older batches
batches-questions = { $count ->
    [one] { $count } row contradicts a stored record: please decide
   *[other] { $count } rows contradict stored records: please decide
}
batch-number = Batch { $batch }
batch-attributes = Facts about units
batch-units = Divisions
batch-statements = Statements of coverage
batch-exemptions = Exemptions
batch-taken-back = Taken back by the complete table
batch-superseded = Earlier records corrected
batch-withdrawn = Taken back
batch-withdrawn-by = Taken back by { $by }, { $at }: { $why }
batch-contents = Contents
batch-file = File
batch-more-files = { $count ->
    [one] { $count } more file
   *[other] { $count } more files
}
batch-rows = Records
batch-all-rows = All records of this batch

undo-ask = Take back the batch…
undo-ask-help = Shows first what would change.
undo-title = If the batch is taken back
undo-go = records no longer count
undo-come-back = records that it corrected or took back count again
undo-units = villages change score or rating
undo-ratings = villages change rating
undo-lists = villages enter or leave a list
undo-nobody = No village changes score, rating or list.
effect-partial = Only villages whose results you may see by now are counted; what changes for others is seen once it is released.
effect-unseen = villages whose results you see by now stay as they are; whether others change is seen once results are released
effect-none = no village changes score, rating or list
effect-units = { $count ->
    [one] { $count } village changes score or rating
   *[other] { $count } villages change score or rating
}
effect-ratings = { $count ->
    [one] { $count } rating changes
   *[other] { $count } ratings change
}
effect-entering = { $count ->
    [one] { $count } village enters a list
   *[other] { $count } villages enter a list
}
effect-leaving = { $count ->
    [one] { $count } village leaves a list
   *[other] { $count } villages leave a list
}
effect-period = Period
effect-now = Now
effect-then = Then
effect-by = Change
effect-listed = Lists
effect-enters = Enters { $list }
effect-leaves = Leaves { $list }
effect-more = { $count } more are not shown
effect-no-result = no result
effect-score = { $score } points
effect-no-score = withheld
undo-button = Take back the batch
keep-as-is = Leave it

reason-undo = Why it is taken back
reason-withdraw = Why it is taken back
reason-correct = Why it is corrected
reason-take-off = Why it is taken off
reason-see = Why it is needed
reason-decide = Why

records-title = Records
records-search = Search
records-none = No record fits.
records-all-kinds = All kinds
records-unit-hint = Name or code
records-from = From
records-to = To
records-next = Next page
record-id = Record
record-date = Date
record-kind = Kind
record-unit = Village
record-number = Number
record-outline = Contents
record-source = Source
record-fields = Contents
record-personal = personal
record-changed-unseen = {" "}(changed, not shown)
record-history = History
record-in-force = Counts
record-superseded = Corrected
record-taken-back = No longer in the complete table
record-withdrawn = Taken back
record-withdrawn-with-batch = Taken back with its batch
record-correct = Correct
record-withdraw = Take back this record
record-withdraw-help = It no longer counts and stays in its history; what it had corrected does not come back.
record-withdraw-button = Take back
record-other-hand = { $by } handed this in, so the village does not correct it or take it back. If it is wrong, ask { $by } to correct it; against lost points appeal to the town or the city office.
record-see-in-full = See personal data in full
record-see-help = Account, time and reason are noted. Write no personal data into the reason.
record-see-button = Show in full
record-in-full = Personal data is shown in full, and that is noted. Do not pass it on.
record-attachments = Attachments
record-no-attachments = No attachment yet.
record-take-off = Take this attachment off
record-take-off-help = It is no longer shown; the original stays kept, with who took it off, when and why.
record-take-off-button = Take it off
record-attach = Attach a photo or a PDF
record-attach-help = Place and time are taken out of photos, the original is kept apart; a PDF can only be downloaded.
record-attach-button = Attach

entry-title = Type in a record
entry-correct-title = Correct a record
entry-kind = Kind
entry-choose = Fill in
entry-choose-one = Choose
entry-required = required
entry-yes = yes
entry-no = no
entry-remark = Remark (optional)
entry-button = Check and store
entry-correct-button = Check and correct
entry-faults = { $count ->
    [one] { $count } thing to put right, marked below
   *[other] { $count } things to put right, marked below
}
entry-known = This is known already and was not stored twice:
entry-question = It may be the same fact as this record:
entry-question-differs = , but these differ: { $fields }.
entry-replace = It is; take this one
entry-keep-both = They are two facts; keep both
entry-help-number = The source's own number, if it has one
entry-help-between = { $min } to { $max }
entry-help-least = at least { $min }
entry-help-most = at most { $max }
entry-help-list = several with commas between
entry-help-nested = written as JSON
entry-help-personal = personal; left as it stands it is kept
entry-help-then = {"; "}

questions-title = To be decided
questions-all = Those of all kinds
questions-lead = A row handed in is about the same fact as a stored record and says something else. What is decided stays on record and can be undone.
questions-none = Nothing to decide.
questions-settled = Decided
question-stored = Stored
question-new = Handed in
question-keep-stored = The stored one is right
question-take-new = The new one is right
question-keep-both = Two facts; keep both
question-kept-stored = The stored one stands
question-took-new = The new one stands
question-kept-both = Kept as two facts
