"""What a new model is examined for before anybody may promote it: groups, age, proxies, stability, promises."""
