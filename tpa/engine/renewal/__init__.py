"""What next year costs, from what this one did: completion, pooling, trend, credibility, rates, and insurance beside."""
