"""What happened, as money: balanced entries for an employer's fund, one recipe a business event."""
