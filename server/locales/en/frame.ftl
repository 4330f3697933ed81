# Head and foot of every page, and words that several pages share.

frame-skip = Skip to content
frame-sample = Demonstration data, entirely invented
frame-plays-on = it plays on { $day }
frame-public = Public
frame-internal = Internal
frame-menu = Sections
frame-menu-search = Find a village
frame-menu-city = The city
frame-menu-negative = Negative list
frame-desk = Work
frame-staff = Staff log-in
frame-menu-accounts = Accounts
frame-menu-keys = Keys
frame-menu-webhooks = Webhooks
frame-menu-security = Security
frame-menu-audit = Audit log
area-results = Results
frame-acting-for = Acting for { $village }
frame-log-out = Log out
frame-run = Run
frame-as-of = As of
frame-not-secret = This system is not cleared for state secrets; uploading any is forbidden
# The switch shows the name of this language in this language.
frame-language = English
frame-text-large = Large text
frame-text-normal = Normal text

state-met = Met
state-not-met = Not met
state-awaited = Not yet checked
state-deducted = Points off
state-not-applicable = Does not apply

due-today = due today
due-in = { $days ->
    [one] 1 day left
   *[other] { $days } days left
}
due-past = { $days ->
    [one] 1 day overdue
   *[other] { $days } days overdue
}

points-unit = pts
pause = , { "" }
colon = : { "" }
none = —
fewer-than = fewer than { $number }
print = Print
see-data = Show the data
year = Year
score = Score
rating = Rating
villages = Villages
share = Share
department = Department
last-year = Last year
this-year = This year
change = Change
open = Open
overdue = Overdue

amount = { $figure } { $unit }
change-none = no figure for last year
change-incomplete = reports missing, not compared
change-same = same as last year
change-up = ↑ up { $by } percentage points
change-down = ↓ down { $by } percentage points
change-up-by = ↑ up { $by }
change-down-by = ↓ down { $by }

missing-kind = Reports are missing: { $kind }
missing-rule = Not all data for “{ $rule }” is in
frame-desk-upload = Hand in

# The line that leads from public pages to those for staff and back
side-in-full = Internal view (with what is not public)
side-as-published = The page as published
side-everything = The run in force: all villages, everything about them.
side-divisions = The run in force: everything about the villages of { $names }. For others, see
side-department = The run in force: records and rules of { $department } in full, all else as it is public.
