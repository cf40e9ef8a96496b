"""Pages of one employer's books that stand both in its portal and at the desk."""
