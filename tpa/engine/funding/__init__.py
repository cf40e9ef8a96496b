"""How an employer's money comes in: by which model, how much is asked for now, and what is left at the end of a year."""
