"""What a plan promises, parsed from its document: unknown keys are refused."""
