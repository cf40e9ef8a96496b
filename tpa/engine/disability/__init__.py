"""Income of disabled employees, by the week (STD) or the month (LTD): from a plan's terms and the facts to each benefit."""
