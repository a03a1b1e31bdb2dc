"""Open data: yearly rates by region for everybody, without what would give an enterprise away."""
