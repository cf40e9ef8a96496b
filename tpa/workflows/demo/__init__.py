"""A synthetic book of business: three employers, a plan year of enrolment and claims, the same numbers on every run."""
