"""From a commit to AWS: the bundles of both tiers, their versions, the stacks and what runs in them."""
