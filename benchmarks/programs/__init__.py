"""Programs run by their path in an interpreter that has imported nothing else of ours."""
