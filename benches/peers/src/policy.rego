# The eight rules in Rego.
package village

import rego.v1

weights := {"major": 5, "critical": 10}

overdue := {"minor": 1, "general": 1, "major": 2, "critical": 1}

crime := min([20, sum([weights[r.severity] | some r in input.records; r.kind == "criminal"])])

incidents := [r.severity | some r in input.records; r.kind == "mass_incident"]

mass := min([15, 5 * count([1 | some s in incidents; s == "major"])])

accident_deaths := [r.deaths |
	some r in input.records
	r.kind == "accident"
	r.deaths > 0
]

default accident := 0

accident := min([20, (5 * sum(accident_deaths)) + count(accident_deaths)]) if sum(accident_deaths) < 3

fire_deaths := [r.deaths |
	some r in input.records
	r.kind == "fire"
	r.deaths > 0
]

fire := min([15, (3 * sum(fire_deaths)) + (0.5 * count(fire_deaths))])

per_thousand := (count([1 | some r in input.records; r.kind == "petition"]) * 1000) / input.population

default petition := 0

petition := min([10, (per_thousand - 1) * 2]) if per_thousand > 1

hazard := min([10, sum([overdue[r.severity] |
	some r in input.records
	r.kind == "hazard"
	r.fixed == null
	input.last_day - r.day > 30
])])

mediations := [r.settled | some r in input.records; r.kind == "mediation"]

settled := (count([1 | some s in mediations; s]) * 100) / count(mediations) if count(mediations) > 0

default mediation := 0

mediation := min([5, (98 - settled) * 0.25]) if settled < 98

surveys := [r.safety | some r in input.records; r.kind == "survey"]

safety := sum(surveys) / count(surveys) if count(surveys) > 0

default survey := 0

survey := (96 - safety) * 0.25 if safety < 96

default vetoed := false

vetoed if "critical" in incidents

vetoed if sum(accident_deaths) >= 3

deductions := [crime, mass, accident, fire, petition, hazard, mediation, survey]

score := 100 - sum(deductions)

default band := "未达标"

band := "平安" if score >= 85

band := "达标" if {
	score >= 60
	score < 85
}

village := {"deductions": deductions, "vetoed": vetoed, "score": score, "band": band}
