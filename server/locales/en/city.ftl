# The page of the city.

city-title = { $city }: safety at a glance
city-today = Today
city-overdue = { $count } overdue
city-due = { $count } due this week
city-new = { $count } newly listed
city-figures = Main figures
city-last-year = { $amount } last year

city-map = { $count } villages
city-map-note = One square for each village, by town; the stronger the blue, the more it needs attention. A red dot is a veto, a dashed edge means not rated yet.
tile = { $village }, { $rating }
tile-vetoed = { $village }, { $rating }, vetoed
city-ratings = Ratings
city-six = Villages where a condition is not met
city-awaited = { $count } not yet checked

towns = { $count } towns
towns-order = Sorted by: { $order }
towns-name = Town
towns-villages = Villages
towns-met = All six met
towns-average = Mean score
towns-listed = Negative list
towns-overdue = Overdue
towns-complete = Reports in

city-taken-on = Listed hazards and old cases
city-nothing-taken-on = No listed hazard or old case is open.
city-leader = In charge: { $leader }
city-totals = City totals
city-totals-of-part = Totals of { $city }
city-total = Item
city-missing = { $count } of { $of } villages not in
city-departments = Open entries by department
city-no-departments = No department has an open entry.
city-unreported = Reports still missing
city-all-reported = All reports that are due are in.
city-waiting = { $count ->
    [one] 1 village waits for it
   *[other] { $count } villages wait for it
}
