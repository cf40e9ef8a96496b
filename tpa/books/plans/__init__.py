"""Plan documents as data: versions, checks, publishing."""
