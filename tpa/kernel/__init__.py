"""The few ideas that everything shares: money, periods, ids, errors, the folder registry. Pure, standard library only."""
