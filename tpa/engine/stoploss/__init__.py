"""What the carrier bears: one person's cost above the specific deductible, the group's above the aggregate attachment."""
