"""Coordination of benefits: who pays first, what a later payer pays, and what is recovered from a liable third party."""
