"""Legal time limits of claims and appeals: the law's numbers by date, and the days that they come to. Pure."""
