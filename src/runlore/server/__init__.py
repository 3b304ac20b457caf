"""The page and its REST API: routes that parse, call one action and shape its answer."""
